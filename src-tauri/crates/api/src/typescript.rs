//! The TypeScript side of the command table: the types of every argument and answer, and the table itself.

use std::any::TypeId;
use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

use crate::error::ApiError;
use crate::event::Event;
use crate::table::TABLE;

/// The types met so far, by name.
pub struct Shapes {
    config: Config,
    declarations: BTreeMap<String, String>,
    seen: Vec<TypeId>,
}

impl Shapes {
    fn new() -> Self {
        // Every whole number here fits a double: times in milliseconds, sizes, row numbers.
        Self { config: Config::default().with_large_int("number"), declarations: BTreeMap::new(), seen: Vec::new() }
    }

    /// Adds a type and everything it is made of; its name.
    pub fn add<T: TS + 'static + ?Sized>(&mut self) -> String {
        let name = T::name(&self.config);
        self.visit::<T>();
        T::visit_generics(self);
        name
    }
}

impl TypeVisitor for Shapes {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if self.seen.contains(&TypeId::of::<T>()) {
            return;
        }
        self.seen.push(TypeId::of::<T>());
        if T::output_path().is_some() {
            let comment = T::docs().unwrap_or_default();
            self.declarations.insert(T::ident(&self.config), format!("{comment}export {}", T::decl(&self.config)));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The whole of `ui/src/gen/api.ts`.
pub fn generate() -> String {
    let mut shapes = Shapes::new();
    shapes.add::<ApiError>();
    shapes.add::<Event>();
    let mut rows = String::new();
    let mut tags = String::new();
    for row in TABLE {
        let (args, answer) = (row.shapes)(&mut shapes);
        rows += &format!("  \"{}\": {{ args: {args}; answer: {answer} }};\n", row.name);
        let names = serde_json::to_string(row.tags).unwrap_or_default();
        tags += &format!("  \"{}\": {{ query: {}, tags: {names} }},\n", row.name, row.query);
    }
    let declarations: Vec<String> = shapes.declarations.into_values().collect();
    format!(
        "// Made from the command table (`OTOMO_WRITE_GEN=1 cargo test -p otomo-api`); edit the table instead.\n\n{}\n\n\
         /** Every command with the types of its argument and its answer. */\nexport type Commands = {{\n{rows}}};\n\n\
         /** Queries name the tags they are cached under, commands the tags they make stale. */\n\
         export const commands: Record<keyof Commands, {{ query: boolean; tags: Tag[] }}> = {{\n{tags}}};\n",
        declarations.join("\n\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `OTOMO_WRITE_GEN=1 cargo test -p otomo-api` writes the file instead of checking it.
    #[test]
    fn the_generated_types_are_those_of_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/gen/api.ts");
        if std::env::var_os("OTOMO_WRITE_GEN").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().expect("parent")).expect("folder");
            std::fs::write(path, generate()).expect("write");
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), generate(), "run with OTOMO_WRITE_GEN=1");
    }
}
