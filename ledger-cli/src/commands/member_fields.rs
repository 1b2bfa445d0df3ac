//! What is known of a member, as arguments.

use clap::Args;
use timebank_proto::v1::{Attestation, MemberDetails, PersonalFields};

/// What is known of a member.
#[derive(Args, Debug)]
pub(super) struct KnownArgs {
    /// Their name; kept apart from the journal, as all that follows up to
    /// --affiliation, so that it can be erased
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How they are reached
    #[arg(long, value_name = "PHONE")]
    phone: Option<String>,
    /// Their birth date
    #[arg(long, value_name = "DATE")]
    born: Option<String>,
    /// Where they live
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// A disability that the actor attests, on what evidence
    #[arg(long, value_name = "EVIDENCE", requires = "disability_since")]
    disability: Option<String>,
    /// Since when
    #[arg(long, value_name = "DATE", requires = "disability")]
    disability_since: Option<String>,
    /// Hardship that the actor attests, on what evidence
    #[arg(long, value_name = "EVIDENCE", requires = "hardship_since")]
    hardship: Option<String>,
    /// Since when
    #[arg(long, value_name = "DATE", requires = "hardship")]
    hardship_since: Option<String>,
    /// Their school or employer
    #[arg(long, value_name = "NAME")]
    affiliation: Option<String>,
    /// The number of their identity card or passport, by a digest of which a second
    /// membership is told; the number itself is kept nowhere
    #[arg(long, value_name = "NUMBER")]
    identity: Option<String>,
    /// The block or grid unit that they live in
    #[arg(long, value_name = "BLOCK")]
    block: Option<String>,
    /// The member who answers for them
    #[arg(long, value_name = "MEMBER")]
    guardian: Option<String>,
    /// The member who acts for them
    #[arg(long, value_name = "MEMBER")]
    proxy: Option<String>,
    /// A member who is a relative; may be given again
    #[arg(long, value_name = "MEMBER")]
    relative: Vec<String>,
    /// The member who gets their hours in the end
    #[arg(long, value_name = "MEMBER")]
    heir: Option<String>,
    /// How they heard of the time bank, in a word
    #[arg(long, value_name = "WORD")]
    heard_of: Option<String>,
    /// They have a device of their own to act by
    #[arg(long)]
    device: bool,
    /// The day on which they consented to take part
    #[arg(long, value_name = "DATE")]
    consented: Option<String>,
    /// The last day of their insurance
    #[arg(long, value_name = "DATE")]
    insured_until: Option<String>,
}

impl KnownArgs {
    /// What is known with this on top: what was not given stays.
    pub(super) fn over(self, details: &mut MemberDetails, personal: &mut PersonalFields) {
        fn put(field: &mut String, given: Option<String>) {
            if let Some(given) = given {
                *field = given;
            }
        }
        put(&mut details.block, self.block);
        put(&mut details.guardian_id, self.guardian);
        put(&mut details.proxy_id, self.proxy);
        put(&mut details.heir_id, self.heir);
        put(&mut details.heard_of, self.heard_of);
        put(&mut details.consented_on, self.consented);
        put(&mut details.insured_until, self.insured_until);
        details.has_device |= self.device;
        if !self.relative.is_empty() {
            details.relative_ids = self.relative;
        }
        put(&mut personal.name, self.name);
        put(&mut personal.phone, self.phone);
        put(&mut personal.born_on, self.born);
        put(&mut personal.address, self.address);
        put(&mut personal.affiliation, self.affiliation);
        put(&mut personal.identity_number, self.identity);
        attest(
            &mut personal.disability,
            self.disability,
            self.disability_since,
        );
        attest(&mut personal.hardship, self.hardship, self.hardship_since);
    }
}

/// What the actor attests in the place of what was; empty evidence is none any more.
fn attest(field: &mut Option<Attestation>, evidence: Option<String>, since: Option<String>) {
    match evidence.as_deref() {
        None => {}
        Some("") => *field = None,
        Some(evidence) => {
            *field = Some(Attestation {
                since: since.unwrap_or_default(),
                attested_by: String::new(),
                evidence: evidence.to_owned(),
            });
        }
    }
}
