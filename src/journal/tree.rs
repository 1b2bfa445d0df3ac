//! The Merkle tree over the records' bytes: RFC 6962, section 2.1, SHA-256.
//!
//! Leaf `i` is the record of sequence `i + 1`. Appending a leaf completes the
//! leaf's own node and those above it whose right edge it is; they are stored
//! with the record, lowest first, so that the tree too is only appended to.

use sha2::{Digest, Sha256};

use crate::ledger::Sequence;

/// The bytes of a hash.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 hash.
pub type Hash = [u8; HASH_BYTES];

/// The hash of a leaf.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(bytes);
    hash.finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// Where the node of a level (0: leaves) and index is stored: the record that
/// completed it, and its place among that record's nodes.
pub fn node_place(level: u32, index: i64) -> (Option<Sequence>, usize) {
    let sequence = (index + 1).checked_shl(level).and_then(Sequence::new);
    (sequence, level as usize)
}

/// The roots of the complete subtrees that a tree of some size is made of, from
/// the largest on the left: all that is needed to append to it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: i64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The frontier of a tree of this size, from its stored nodes.
    ///
    /// # Errors
    /// Those of `node`, which gives the node of a level and index.
    pub fn load<E>(
        size: i64,
        mut node: impl FnMut(u32, i64) -> Result<Hash, E>,
    ) -> Result<Self, E> {
        let mut roots = Vec::new();
        for level in (0..i64::BITS).rev() {
            if size >> level & 1 == 1 {
                roots.push(node(level, (size >> level) - 1)?);
            }
        }
        Ok(Self { size, roots })
    }

    /// Appends a record's bytes, and to `nodes` the hashes that this completes.
    pub fn push(&mut self, bytes: &[u8], nodes: &mut Vec<u8>) {
        let mut hash = leaf_hash(bytes);
        nodes.extend_from_slice(&hash);
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.roots.pop() else { break };
            hash = node_hash(&left, &hash);
            nodes.extend_from_slice(&hash);
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The number of leaves.
    pub fn size(&self) -> i64 {
        self.size
    }

    /// The root of the whole tree. The empty tree's is the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => Sha256::digest([]).into(),
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962's definition, word for word.
    fn naive(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => leaf_hash(leaf),
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&naive(&leaves[..split]), &naive(&leaves[split..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_definition() {
        let leaves: Vec<_> = (0..70u8).map(|n| vec![n; n as usize]).collect();
        let mut frontier = Frontier::default();
        let mut stored: Vec<Vec<u8>> = Vec::new();
        for (size, leaf) in leaves.iter().enumerate() {
            assert_eq!(frontier.root(), naive(&leaves[..size]));
            let mut nodes = Vec::new();
            frontier.push(leaf, &mut nodes);
            let completed = 1 + (size + 1).trailing_zeros() as usize;
            assert_eq!(nodes.len(), completed * HASH_BYTES);
            stored.push(nodes);
            let loaded = Frontier::load(size as i64 + 1, |level, index| {
                let (sequence, place) = node_place(level, index);
                let nodes = &stored[sequence.unwrap().get() as usize - 1];
                Hash::try_from(&nodes[place * HASH_BYTES..][..HASH_BYTES])
            });
            assert_eq!(loaded.unwrap(), frontier);
        }
    }

    /// The example tree that certificate-transparency tools are tested with.
    #[test]
    fn known_answers() {
        let mut frontier = Frontier::default();
        let hex = |hash: Hash| hash.map(|b| format!("{b:02x}")).concat();
        assert_eq!(
            hex(frontier.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for leaf in [&[][..], &[0x00], &[0x10], &[0x20, 0x21]] {
            frontier.push(leaf, &mut Vec::new());
        }
        assert_eq!(
            hex(frontier.root()),
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
        );
    }
}
