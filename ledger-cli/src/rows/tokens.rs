//! Rows of tokens.

use timebank::journal::role_word;
use timebank_proto::v1::{Token, TokenState};

use crate::render::{Cell, Layout, Row};

pub(crate) const TOKENS: Layout = Layout {
    fields: &[
        "id",
        "role",
        "scope",
        "state",
        "issued_at",
        "rotated_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    ],
    columns: &[
        ("id", "token"),
        ("role", "role"),
        ("scope", "scope"),
        ("state", "state"),
        ("expires_at", "expires"),
        ("last_used_at", "last used"),
    ],
};

pub(crate) fn token(token: &Token) -> Row {
    Row(vec![
        ("id", Cell::text(&token.name)),
        ("role", Cell::text(role_word(token.role))),
        ("scope", Cell::text(&token.scope)),
        ("state", Cell::text(state_word(token.state()))),
        ("issued_at", Cell::time(token.issued_at)),
        ("rotated_at", Cell::time(token.rotated_at)),
        ("expires_at", Cell::time(token.expires_at)),
        ("revoked_at", Cell::time(token.revoked_at)),
        ("last_used_at", Cell::time(token.last_used_at)),
    ])
}

fn state_word(state: TokenState) -> &'static str {
    match state {
        TokenState::Unspecified => "",
        TokenState::Valid => "valid",
        TokenState::Expired => "expired",
        TokenState::Revoked => "revoked",
    }
}
