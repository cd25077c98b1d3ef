package sso

import "time"

// UserExport is what is known about a user, but for the records: those follow one after
// the other, by their section.
type UserExport struct {
	Enterprise EnterpriseID
	User       UserID
	Accounts   []UserID // the user and those merged into them
	At         time.Time
}

// ExportRecord takes one record about a user, a JSON object, of a section such as
// "attempts". The records of one section follow each other.
type ExportRecord func(section string, record []byte) error
