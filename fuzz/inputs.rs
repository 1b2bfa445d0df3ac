//! Inputs for the targets: texts and messages of a kept corpus (`fuzz/corpus`), changed at random.
//! They are the same each time unless FUZZ_SEED is another number; FUZZ_INPUTS says how many.

use std::{env, fs, path::Path};

use fastrand::Rng;

const INPUTS: u64 = 20_000;
const MAX_BYTES: usize = 4_096;

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().expect(name))
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut dirs = own.map(|dir| dir.join("fuzz/corpus").join(target));
    let dir = dirs.find(|dir| dir.is_dir()).expect("a corpus");
    let files = fs::read_dir(dir).expect("a corpus");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let read = paths.iter().map(|path| fs::read(path).expect("a file"));
    read.collect()
}

/// One of the corpus, changed a few times.
fn changed(rng: &mut Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = rng.choice(corpus).expect("one of it").clone();
    for _ in 0..rng.usize(0..6) {
        let at = rng.usize(0..=bytes.len());
        match rng.u8(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(0..8),
            1 if at < bytes.len() => bytes[at] = rng.u8(..),
            2 => bytes.insert(at, rng.u8(..)),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => {
                let other = rng.choice(corpus).expect("one of it");
                let from = rng.usize(0..=other.len());
                let piece = &other[from..(from + rng.usize(0..40)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes.truncate(MAX_BYTES);
    bytes
}

/// Gives a target its inputs, none of which may make it panic.
pub(crate) fn fuzz(target: &str, read: impl Fn(&[u8])) {
    let corpus = corpus(target);
    let mut rng = Rng::with_seed(setting("FUZZ_SEED", 1));
    for _ in 0..setting("FUZZ_INPUTS", INPUTS) {
        read(&changed(&mut rng, &corpus));
    }
}
