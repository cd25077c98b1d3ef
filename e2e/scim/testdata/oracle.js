// Applies lists of PATCH operations with scim-patch (npm), for TestPatch:
// reads [{document, operations}] from the file that is named, and writes the
// resulting documents, or null where the list is refused.
//
// Two things are as we have them on purpose: a remove that finds nothing is no
// error, so that a repeated request succeeds; and an element that has lost all but
// its type is removed.
const { readFileSync } = require("fs");
const { scimPatch } = require("scim-patch");

const apply = ({ document, operations }) => {
  for (const operation of operations) {
    try {
      document = scimPatch(document, [structuredClone(operation)], { mutateDocument: false, treatMissingAsAdd: true });
    } catch (error) {
      if (operation.op.toLowerCase() !== "remove") return null;
    }
    if (Array.isArray(document.emails)) document.emails = document.emails.filter((e) => e.value);
  }
  return document;
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(process.argv[2])).map(apply)));
