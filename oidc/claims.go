package oidc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse/sso"
)

// Limits of a claims document. maxLeaves allows many more groups than
// sso.MaxGroups, because the mapping selects groups before it applies that
// limit.
const (
	maxDepth  = 8
	maxLeaves = 50_000
)

// document is a JSON object of claims in which no name is repeated.
type document struct {
	members map[string]jsontext.Value // members of the top level, as sent
	claims  sso.Claims                // flattened
	// caseDuplicates are pairs of names that differ only in case, as dotted paths.
	// encoding/json treats them as one name: there, "EMAIL" overrides "email".
	caseDuplicates [][2]string
	mixed          map[string]sso.MixedClaim // claims with values that are not strings, and objects
}

func parseDocument(data []byte) (document, error) {
	f := flattener{
		dec:    jsontext.NewDecoder(bytes.NewReader(data)),
		source: string(data),
		top:    map[string]*values{},
		nested: map[string]*values{},
		owner:  map[string]string{},
	}
	if f.dec.PeekKind() != '{' {
		return document{}, errors.New("not a JSON object")
	}
	if err := f.readObject("", "", 1); err != nil {
		return document{}, err
	}
	if _, err := f.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return document{}, errors.New("something after the JSON object")
	}
	d := document{caseDuplicates: f.caseDuplicates}
	if err := json.Unmarshal(data, &d.members); err != nil {
		return document{}, fmt.Errorf("read claims: %w", err)
	}
	d.claims, d.mixed = f.result()
	return d, nil
}

// flattener walks a document once. jsontext refuses repeated names and invalid
// UTF-8.
type flattener struct {
	dec            *jsontext.Decoder
	source         string             // the document
	top            map[string]*values // members of the top level
	nested         map[string]*values // everything deeper, by dotted path
	owner          map[string]string  // by path in nested: the member names it stands for, joined by NUL
	leaves         int
	caseDuplicates [][2]string
	lists          []*list // lists being read, outermost first
}

// readObject reads a JSON object. path is its dotted path; exact is its member
// names joined by NUL, which distinguishes two spellings of one path.
func (f *flattener) readObject(path, exact string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("more than %d levels", maxDepth)
	}
	if _, err := f.dec.ReadToken(); err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	seen := map[string]string{}
	for f.dec.PeekKind() != '}' {
		token, err := f.dec.ReadToken()
		if err != nil {
			return fmt.Errorf("read claims: %w", err)
		}
		name := token.String()
		if f.leaves++; f.leaves > maxLeaves { // names without values count too
			return fmt.Errorf("more than %d values", maxLeaves)
		}
		child := path + "." + name
		if depth == 1 {
			child = name
		}
		folded := foldName(name)
		if other, repeated := seen[folded]; repeated {
			f.caseDuplicates = append(f.caseDuplicates, [2]string{other, child})
		}
		seen[folded] = child
		if err := f.readValue(claim{
			path:  child,
			exact: exact + "\x00" + name,
			top:   depth == 1,
		}, depth); err != nil {
			return err
		}
	}
	_, err := f.dec.ReadToken()
	return err
}

// claim identifies what a value belongs to: its dotted path, its member names
// joined by NUL, and whether it is a member of the top level.
type claim struct {
	path, exact string
	top         bool
	element     bool // the value is an element of a list
	inner       bool // the list is inside another list
}

func (f *flattener) readValue(c claim, depth int) error {
	switch f.dec.PeekKind() {
	case '{':
		start := f.dec.InputOffset()
		if err := f.readObject(c.path, c.exact, depth+1); err != nil {
			return err
		}
		f.valuesOf(c).addNonString(f.sourceFrom(start), sso.RawNotText)
		return nil
	case '[':
		if err := f.addTexts(c); err != nil { // the claim is present, even if it has no value
			return err
		}
		start := f.dec.InputOffset()
		if err := f.readArray(c, depth+1); err != nil {
			return err
		}
		if c.element && !c.inner {
			f.valuesOf(c).addNonString(f.sourceFrom(start), sso.RawNotText)
		}
		return nil
	}
	token, err := f.dec.ReadToken()
	if err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	switch token.Kind() {
	case 'n':
		if !c.element {
			return nil // null counts like a missing claim
		}
		f.valuesOf(c).addNonString("null", sso.RawNotText)
		return nil
	case '"':
		return f.addTexts(c, token.String())
	}
	return f.addScalar(c, token.String())
}

// readArray reads a JSON array. Strings in nested arrays are values of the same
// claim, but an array inside an array is not a string itself, and even an empty
// one is recorded.
func (f *flattener) readArray(c claim, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("more than %d levels", maxDepth)
	}
	if _, err := f.dec.ReadToken(); err != nil {
		return fmt.Errorf("read claims: %w", err)
	}
	c.element, c.inner = true, c.element
	l := &list{prefix: c.path + ".", members: map[string]*member{}}
	f.lists = append(f.lists, l)
	for f.dec.PeekKind() != ']' {
		if f.leaves++; f.leaves > maxLeaves {
			return fmt.Errorf("more than %d values", maxLeaves)
		}
		start := f.dec.InputOffset()
		if err := f.readValue(c, depth); err != nil {
			return err
		}
		l.elements = append(l.elements, span{start, f.dec.InputOffset()})
	}
	f.lists = f.lists[:len(f.lists)-1]
	f.recordMissing(l)
	_, err := f.dec.ReadToken()
	return err
}

// addTexts records string values of a claim. Without texts it records that the claim
// is present.
func (f *flattener) addTexts(c claim, texts ...string) error {
	if !c.top {
		if owner, ok := f.owner[c.path]; ok && owner != c.exact {
			return fmt.Errorf("the claim %q appears in two places", sso.Sanitize(c.path))
		}
		f.owner[c.path] = c.exact
	}
	v := f.valuesOf(c)
	if v.all == nil {
		v.all = []string{}
	}
	v.all = append(v.all, texts...)
	if v.other != nil {
		v.texts = append(v.texts, texts...)
	}
	for _, l := range f.lists {
		l.recordValue(c.path)
	}
	return nil
}

// addScalar records a number or a boolean. Most claims accept it as text; a group
// name does not.
func (f *flattener) addScalar(c claim, text string) error {
	if c.top && isScalarClaim(c.path) {
		return f.addTexts(c, text)
	}
	f.valuesOf(c).addNonString(text, sso.RawNotText)
	if err := f.addTexts(c, text); err != nil {
		return err
	}
	v := f.valuesOf(c)
	v.texts = v.texts[:len(v.texts)-1]
	return nil
}

// foldName maps names that encoding/json treats as equal to the same string.
func foldName(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToUpper(s)
	}
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, s)
}

// stringMember returns a member that must be a string, or "" if it is missing.
func (d document) stringMember(name string) (string, error) {
	raw, ok := d.members[name]
	if !ok {
		return "", nil
	}
	var s string
	if raw.Kind() != '"' || json.Unmarshal(raw, &s) != nil {
		return "", fmt.Errorf("%s is not a string", name)
	}
	return s, nil
}

// timeMember returns a member that must be a NumericDate (RFC 7519 §2), or the zero
// time if it is missing.
func (d document) timeMember(name string) (time.Time, error) {
	raw, ok := d.members[name]
	if !ok {
		return time.Time{}, nil
	}
	const tooLate = 1 << 37 // seconds; about the year 6300
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if raw.Kind() != '0' ||
		err != nil ||
		math.IsNaN(seconds) ||
		seconds <= 0 ||
		seconds >= tooLate {
		return time.Time{}, fmt.Errorf("%s is not a time in seconds", name)
	}
	return time.Unix(int64(seconds), 0), nil
}

// audienceMember returns aud, which is a string or a list of strings.
func (d document) audienceMember() ([]string, error) {
	raw, ok := d.members["aud"]
	if !ok {
		return nil, nil
	}
	if raw.Kind() == '"' {
		one, err := d.stringMember("aud")
		return []string{one}, err
	}
	var all []string
	if raw.Kind() != '[' ||
		bytes.Contains(raw, []byte("null")) && hasNull(raw) ||
		json.Unmarshal(raw, &all) != nil {
		return nil, errors.New("aud is neither a string nor a list of strings")
	}
	return all, nil
}

func hasNull(raw jsontext.Value) bool {
	var all []jsontext.Value
	if json.Unmarshal(raw, &all) != nil {
		return true
	}
	for _, v := range all {
		if v.Kind() == 'n' {
			return true
		}
	}
	return false
}
