//! Requests in words, such as `step_id:$id details{block:grid-7}`, as the contract describes them.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::Type,
};
use timebank_proto::DESCRIPTOR_SET;

use super::names::Filling;

/// What the contract says of its messages.
pub(super) struct Contract {
    messages: BTreeMap<String, DescriptorProto>,
    choices: BTreeMap<String, EnumDescriptorProto>,
    /// The message that each method takes, by `Service/Method`.
    requests: BTreeMap<String, String>,
}

impl Contract {
    pub(super) fn read() -> Self {
        let set = FileDescriptorSet::decode(DESCRIPTOR_SET).expect("the contract");
        let mut contract = Self {
            messages: BTreeMap::new(),
            choices: BTreeMap::new(),
            requests: BTreeMap::new(),
        };
        for file in set.file {
            let package = file.package().to_owned();
            for message in file.message_type {
                let name = format!(".{package}.{}", message.name());
                contract.messages.insert(name, message);
            }
            for choice in file.enum_type {
                let name = format!(".{package}.{}", choice.name());
                contract.choices.insert(name, choice);
            }
            for service in &file.service {
                for method in &service.method {
                    let path = format!("{}/{}", service.name(), method.name());
                    contract.requests.insert(path, method.input_type().into());
                }
            }
        }
        contract
    }

    /// All methods, as `Service/Method`.
    pub(super) fn methods(&self) -> impl Iterator<Item = &str> {
        self.requests.keys().map(String::as_str)
    }

    /// The bytes of a method's request.
    pub(super) fn request(&self, method: &str, text: &str, filling: &mut Filling<'_>) -> Vec<u8> {
        let Some(message) = self.requests.get(method) else {
            panic!("there is no method {method}");
        };
        let spaced = text.replace('{', " { ").replace('}', " } ");
        let mut words = spaced.split_whitespace();
        self.message(message, &mut words, filling)
    }

    fn message<'a>(
        &self,
        name: &str,
        words: &mut impl Iterator<Item = &'a str>,
        filling: &mut Filling<'_>,
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(word) = words.next().filter(|word| *word != "}") {
            let (key, value) = word.split_once(':').unwrap_or((word, ""));
            let field = self.field(name, key);
            if field.r#type() == Type::Message {
                assert_eq!(words.next(), Some("{"), "{name}.{key} has fields");
                let inner = self.message(field.type_name(), words, filling);
                delimited(&mut bytes, field.number(), &inner);
            } else {
                self.scalar(&mut bytes, field, &filling.filled(value));
            }
        }
        bytes
    }

    fn field(&self, message: &str, name: &str) -> &FieldDescriptorProto {
        let fields = &self.messages[message].field;
        let found = fields.iter().find(|field| field.name() == name);
        found.unwrap_or_else(|| panic!("{message} has no field {name}"))
    }

    fn scalar(&self, bytes: &mut Vec<u8>, field: &FieldDescriptorProto, value: &str) {
        let number = match field.r#type() {
            Type::String | Type::Bytes => {
                return delimited(bytes, field.number(), value.as_bytes());
            }
            Type::Bool => u64::from(value == "true"),
            Type::Enum => self.choice(field.type_name(), value),
            _ => value.parse().expect("a number"),
        };
        key(bytes, field.number(), 0);
        varint(bytes, number);
    }

    fn choice(&self, name: &str, value: &str) -> u64 {
        let end = format!("_{}", value.to_uppercase());
        let mut values = self.choices[name].value.iter();
        let found = values.find(|choice| choice.name().ends_with(&end));
        let found = found.unwrap_or_else(|| panic!("{name} has no choice {value}"));
        u64::from(found.number().unsigned_abs())
    }
}

fn delimited(bytes: &mut Vec<u8>, field: i32, content: &[u8]) {
    key(bytes, field, 2);
    varint(bytes, content.len() as u64);
    bytes.extend(content);
}

fn key(bytes: &mut Vec<u8>, field: i32, wire_type: u64) {
    varint(bytes, u64::from(field.unsigned_abs()) << 3 | wire_type);
}

fn varint(bytes: &mut Vec<u8>, number: u64) {
    prost::encoding::encode_varint(number, bytes);
}
