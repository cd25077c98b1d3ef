// Package words translates what people read: texts, numbers of things, dates, and how
// long ago something was. It also chooses the language of a visitor.
//
// The English text is the key of its translations. English therefore has no file, and
// a text that no file has is shown as it is: that is data, or not translated yet. Where
// one English text has two meanings, a context follows it: "End##session".
//
// Each file in lang is one language: a header, called "@", and the translations. An
// empty translation is missing. Values stand in braces: "Sign in at {company}".
//
// What must not live here: HTML, requests, settings of companies.
package words
