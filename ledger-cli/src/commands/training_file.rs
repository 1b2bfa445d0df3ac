//! `training record --from`: the trainings of a CSV file.

use std::path::{Path, PathBuf};

use timebank_proto::{
    limits,
    v1::{
        Assessment, RecordTrainingRequest, RecordTrainingsRequest, Refusal, TrainingAttendance,
        TrainingStands, TrainingState, record_training_result::Result as Fate,
    },
};

use super::line_file::{self, Cells, Counts, Line, Lines, derived_id, remark, tell};
use crate::{
    amount::Amount,
    error::Failure,
    progress::Progress,
    render::{Cell, Form, Row},
    session::Session,
};

const LINES: Lines = Lines {
    required: &["member", "code", "on", "length", "reference"],
    optional: &["assessment"],
    of: ("training", "trainings"),
};

/// Records the trainings of a file.
pub(super) async fn record(
    file: PathBuf,
    dry_run: bool,
    mut session: Session,
) -> Result<(), Failure> {
    let lines = read(&file, &session).await?;
    let as_json = session.output.form() == Form::Json;
    let progress = Progress::new(0, "trainings");
    let (mut done, mut tally) = (0, Tally::default());
    for some in lines.chunks(limits::BATCH_TRAININGS) {
        let request = RecordTrainingsRequest {
            trainings: some.iter().map(|line| line.read.clone()).collect(),
            validate_only: dry_run,
        };
        let answer = session.client.trainings.record_trainings(request).await?;
        let results = answer.into_inner().results;
        if results.len() != some.len() {
            let what = format!("{} results for {} lines", results.len(), some.len());
            return Err(Failure::Answer(what));
        }
        for (line, result) in some.iter().zip(results) {
            let fate = result.result;
            let fate = fate.ok_or_else(|| Failure::Answer("a line has no result".into()))?;
            if let Some(told) = tally.add(fate) {
                let which = ("line", line.number.to_string(), line.id.as_str());
                tell(&progress, as_json, which, &told);
            }
        }
        done += some.len() as u64;
        progress.set(done, lines.len() as u64);
    }
    drop(progress);
    tally.end(dry_run, session).await
}

async fn read(file: &Path, session: &Session) -> Result<Vec<Line<RecordTrainingRequest>>, Failure> {
    let read = async |cells: &Cells<'_>| training(cells);
    line_file::read(file, &LINES, session, read).await
}

fn training(cells: &Cells<'_>) -> Result<(String, RecordTrainingRequest), String> {
    let long = cells.get("length").parse::<Amount>();
    let long = long.map_err(|error| format!("length: {error}"))?;
    let assessment = match cells.get("assessment") {
        "" => Assessment::Unspecified,
        word => assessment(word)?,
    };
    let text = |name| cells.get(name).to_owned();
    let attendance = TrainingAttendance {
        member_id: text("member"),
        code: text("code"),
        on: text("on"),
        minutes: long.steps,
        reference: text("reference"),
        assessment: assessment.into(),
    };
    let training_id = id_of(&attendance);
    let request = RecordTrainingRequest {
        training_id: training_id.clone(),
        attendance: Some(attendance),
    };
    Ok((training_id, request))
}

/// Reads what came of an assessment.
pub(super) fn assessment(word: &str) -> Result<Assessment, String> {
    match word {
        "passed" => Ok(Assessment::Passed),
        "failed" => Ok(Assessment::Failed),
        other => Err(format!(
            "assessment: {other:?} is neither passed nor failed"
        )),
    }
}

/// The same line has the same id: a repeat changes nothing, and another length or assessment is
/// told to be one. What was annulled is recorded again under another reference.
fn id_of(attendance: &TrainingAttendance) -> String {
    let parts = [
        "timebank training",
        &attendance.member_id,
        &attendance.code,
        &attendance.on,
        &attendance.reference,
    ];
    derived_id(&parts.map(str::as_bytes)).to_string()
}

/// What became of the lines.
#[derive(Default)]
struct Tally {
    counts: Counts,
    /// How many earned nothing for want of a passed assessment.
    withheld: i64,
}

impl Tally {
    /// Counts a line. What is to be told of it, if anything is.
    fn add(&mut self, fate: Fate) -> Option<Refusal> {
        match fate {
            Fate::Refusal(refusal) => {
                self.counts.refused += 1;
                Some(refusal)
            }
            Fate::Stands(stands) => self.stands(&stands),
        }
    }

    fn stands(&mut self, stands: &TrainingStands) -> Option<Refusal> {
        if stands.state() == TrainingState::Annulled {
            self.counts.already_there += 1;
            self.counts.taken_back += 1;
            let what = "this training was annulled; if it was attended, record it with another \
                        reference";
            return Some(remark("ANNULLED", what));
        }
        match stands.replayed {
            true => self.counts.already_there += 1,
            false => self.counts.done += 1,
        }
        if !stands.withheld {
            return None;
        }
        self.withheld += 1;
        let what = "recorded, but it earns nothing: the policy asks for a passed assessment";
        Some(remark("WITHHELD", what))
    }

    async fn end(self, dry_run: bool, mut session: Session) -> Result<(), Failure> {
        let Self { counts, withheld } = self;
        let row = Row(vec![
            ("dry_run", Cell::Flag(dry_run)),
            ("recorded_count", Cell::Count(counts.done)),
            ("already_there_count", Cell::Count(counts.already_there)),
            ("annulled_count", Cell::Count(counts.taken_back)),
            // Only what is recorded tells it.
            (
                "withheld_count",
                match dry_run {
                    true => Cell::Absent,
                    false => Cell::Count(withheld),
                },
            ),
            ("refused_count", Cell::Count(counts.refused)),
        ]);
        session.output.one(&row).await?;
        counts.end("lines were refused; mend them and record the file again")
    }
}
