//! The root over what accounts have at the end of a period.

use crate::{
    exchange::{Seal, Sha256},
    journal::Frontier,
    ledger::{AccountId, UnitId},
};

/// A tree as the journal's is (RFC 6962), whose leaves are accounts in the order of their ids.
#[derive(Debug, Default)]
pub struct ClosingTree {
    frontier: Frontier,
    nodes: Vec<u8>,
}

impl ClosingTree {
    /// Adds an account: as the text `ID UNIT BALANCE`, in steps.
    pub fn push(&mut self, account: &AccountId, unit: &UnitId, balance: i64) {
        let leaf = format!("{account} {unit} {balance}");
        self.nodes.clear();
        self.frontier.push(leaf.as_bytes(), &mut self.nodes);
    }

    /// How many there are, and the root.
    pub fn seal(&self) -> Seal {
        Seal {
            accounts: self.frontier.size(),
            root: Sha256::of_bytes(self.frontier.root()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Malformed;

    #[test]
    fn roots_are_those_of_the_lines() -> Result<(), Malformed> {
        let mut tree = ClosingTree::default();
        // That of nothing is the hash of no bytes.
        let none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(tree.seal().root.to_string(), none);
        // printf '\\0city:member:ann time 90' | sha256sum
        tree.push(&AccountId::parse("city:member:ann")?, &UnitId::time(), 90);
        let one = "f5da56c2840d3a3f123c845b85d5229ce031a8b198ce33a3ea7c5feede55d458";
        let seal = tree.seal();
        assert_eq!(seal.accounts, 1);
        assert_eq!(seal.root.to_string(), one);
        Ok(())
    }
}
