// Command words compares the texts of pages with the files of the catalogue.
//
//	go run ./internal/devtools/words              lists what is missing, unused or wrong
//	go run ./internal/devtools/words -add         adds the missing texts to every file, empty
//	go run ./internal/devtools/words -add TEXT…   adds these texts as well
//
// A text in a template of an ordinary page, or of a mail, is in {{t}} or {{n}}, and in
// every file. The sentence of an error that people read is a constant, and in every file;
// its values are in Values. Other texts in Go reach {{t}} as data, so the tool does not know
// them: the check of translated pages in [gatehouse/web/ui/uitest] finds those that are not
// in the catalogue.
//
// What must not live here: translations, see [gatehouse/internal/words].
package main
