package ui

import (
	"time"

	"gatehouse/internal/words"
	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// Failure says why a visitor cannot go on, and how they can.
type Failure struct {
	Base
	Status      int
	Heading     string
	Application string // the one that the visitor may not use, in the heading; "" for none
	Sentence    sso.Text
	Next        string // next step
	Href        string // the way on
	Label       string
	Code        string
	Reference   string
	At          Time
}

// Title returns the heading without the name of an application.
func (p *Failure) Title() string { return p.Heading }

// Report returns the text for the copy button: all that an admin needs to find the
// failure.
func (p *Failure) Report() Copyable {
	return Copyable{
		ID:    "report",
		Value: p.Reference + " · " + p.Code + " · " + p.At.ISO,
	}
}

// NewFailure returns the page of a failure. sentence describes it; the words
// around it come from the catalogue. A sentence without translation, such as one for
// admins, makes the whole page English.
func NewFailure(status int, code string, sentence sso.Text, reference string, at time.Time) *Failure {
	around := catalog.ForVisitor(status, code)
	return &Failure{
		Base:      Base{English: !words.English().Known(sentence.Pattern)},
		Status:    status,
		Heading:   around.Heading,
		Sentence:  sentence,
		Next:      around.Next,
		Href:      around.Href,
		Label:     around.Label,
		Code:      code,
		Reference: reference,
		At:        NewTime(at, at),
	}
}
