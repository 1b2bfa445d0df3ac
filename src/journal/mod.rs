//! What is remembered: the bytes of records, and the Merkle tree over them.
//!
//! A record is encoded once, when it is appended; the stored bytes are hashed
//! and never encoded again.

/// The version of the records' format, which the first record names. A journal of
/// another one is not read.
pub const FORMAT_VERSION: i32 = 1;

mod conversion_facts;
mod decode;
mod encode;
mod exit_facts;
mod facts;
mod group_facts;
mod incident_facts;
mod issuance_facts;
mod member_facts;
mod order_actions;
mod order_facts;
mod oversight_facts;
mod partner_facts;
mod period_facts;
mod pool_facts;
mod standing_facts;
mod stock_facts;
mod supply_facts;
mod time;
mod token_facts;
mod training_facts;
mod tree;
mod wire;

pub use decode::{Undecodable, decode};
pub use encode::{encode, tags_to_proto, to_proto};
pub use facts::staff_change;
pub use group_facts::{group_action, group_terms, group_terms_to_proto};
pub use incident_facts::{
    evidence, evidence_to_proto, incident_kind_to_proto, incident_state_to_proto, reported_kind,
};
pub use issuance_facts::{source, source_terms_to_proto};
pub use member_facts::{
    details_to_proto, ids, member_change, member_details, member_id, qualification,
    qualification_to_proto, relatives,
};
pub use order_actions::{need_action, order_action, party};
pub use order_facts::{
    doer_to_proto, need_state_to_proto, need_terms, need_terms_to_proto, order_state_to_proto,
    reckoning_to_proto, sheet, sheet_to_proto,
};
pub use oversight_facts::{
    findings, findings_to_proto, optional_day, personal_field_to_proto, personal_fields,
};
pub use partner_facts::{direction, direction_to_proto};
pub use pool_facts::{
    purposes, purposes_to_proto, relief_action, relief_state, relief_state_to_proto,
};
pub use standing_facts::standing_action;
pub use stock_facts::{counted, item_id, pieces};
pub use supply_facts::{supply, supply_terms_to_proto, weekday, weekday_to_proto};
pub use time::{moment, timestamp};
pub use token_facts::{role_to_proto, role_word, token_terms};
pub use training_facts::{assessment_to_proto, attendance, attendance_to_proto, points_to_proto};
pub use tree::{Frontier, HASH_BYTES, Hash, leaf_hash, node_place};
