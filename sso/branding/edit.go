package branding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// Edit changes the draft of a brand; nil leaves a value as it is, and an empty one
// inherits.
type Edit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision.
	Revision int64

	Product, Color, Accent, Support, Privacy, Terms *string
	MailName, MailFooter, SignInText, Language      *string
	LanguageFirst                                   *bool
	// Logo and LogoDark are files that were uploaded; nil leaves the picture, an empty
	// one removes it. LogoDark goes with the logo.
	Logo, LogoDark []byte
	// Publish makes the result live at once.
	Publish bool
}

// Save changes the draft of the brand of an enterprise, or of the installation if ent is
// "". A value that cannot be accepted is Invalid "validation_failed", "logo_unusable" or
// "contrast_too_low", a field that the configuration sets Conflict "brand_locked", and a
// company without a brand of its own Forbidden "brand_not_allowed".
func (s *Service) Save(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, edit Edit) (State, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return State{}, err
	}
	pictures, err := edit.pictures()
	if err != nil {
		return State{}, err
	}
	state, err := s.update(ctx, by, ent, pictures.all, func(r sso.BrandRecord) (sso.BrandRecord, error) {
		if err := s.mayEdit(ent, r, edit.Revision); err != nil {
			return r, err
		}
		b := edit.apply(r.Edited(), pictures)
		if err := s.check(ent, r.Edited(), b); err != nil {
			return r, err
		}
		r.Draft, r.Drafted = b, b != r.Live
		if edit.Publish {
			r.Live, r.Drafted = b, false
		}
		return r, nil
	})
	state.Omitted = pictures.omitted
	return state, err
}

// Publish makes the draft live. Without a draft nothing changes.
func (s *Service) Publish(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, revision int64,
) (State, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return State{}, err
	}
	return s.update(ctx, by, ent, nil, func(r sso.BrandRecord) (sso.BrandRecord, error) {
		if err := s.mayEdit(ent, r, revision); err != nil {
			return r, err
		}
		r.Live, r.Drafted = r.Edited(), false
		return r, nil
	})
}

// Discard drops the draft.
func (s *Service) Discard(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, revision int64,
) (State, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return State{}, err
	}
	return s.update(ctx, by, ent, nil, func(r sso.BrandRecord) (sso.BrandRecord, error) {
		r.Drafted = false
		return r, sso.CheckRevision(noun, revision, r.Revision)
	})
}

// Allow decides whether a company has a brand of its own. Only operators do. What the
// company has set is kept while it is refused.
func (s *Service) Allow(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, allowance sso.BrandAllowance,
) (State, error) {
	if err := s.admit(ctx, by, ""); err != nil {
		return State{}, err
	}
	if ent == "" {
		return State{}, sso.NothingHere()
	}
	if !slices.Contains([]sso.BrandAllowance{sso.BrandByDefault, sso.BrandAllowed, sso.BrandRefused}, allowance) {
		return State{}, sso.InvalidField(validationFailed, "allowance", "Use allowed, refused or default.")
	}
	return s.update(ctx, by, ent, nil, func(r sso.BrandRecord) (sso.BrandRecord, error) {
		r.Allowance = allowance
		return r, nil
	})
}

const (
	noun             = "brand"
	validationFailed = "validation_failed"
)

// update changes a brand in the store, and makes this node show the change at once.
func (s *Service) update(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, images []sso.Image,
	fn func(sso.BrandRecord) (sso.BrandRecord, error),
) (State, error) {
	b, err := s.options.Store.UpdateBrand(ctx, by, ent, images, fn)
	if err != nil {
		return State{}, fmt.Errorf("change a brand: %w", err)
	}
	s.cache.forget()
	return s.state(ctx, ent, b)
}

// admit returns an error unless an actor may change the brand of an enterprise, or of the
// installation if ent is "". A user has to administer the enterprise; tokens and admins
// are checked where their request arrives, too.
func (s *Service) admit(ctx context.Context, by sso.Actor, ent sso.EnterpriseID) error {
	refused := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "not_an_admin",
		Public: "Only admins of the company do this.",
	}
	user, err := sso.ParseID[sso.UserID](string(by))
	_, ofCompany := by.CompanyToken()
	switch isUser := err == nil; {
	case ent == "" && (isUser || ofCompany):
		refused.Public = "Only operators do this."
		return refused
	case !isUser:
		return nil
	}
	administers, err := s.options.Store.Administers(ctx, ent, user)
	if err != nil {
		return fmt.Errorf("find out who administers: %w", err)
	}
	if !administers {
		return refused
	}
	return nil
}

// mayEdit checks, in the transaction of an edit, whether the brand may be changed.
func (s *Service) mayEdit(ent sso.EnterpriseID, r sso.BrandRecord, revision int64) error {
	if ent != "" && !s.allowed(r) {
		return &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "brand_not_allowed",
			Public: "This company has no brand of its own. The operator decides that.",
		}
	}
	return sso.CheckRevision(noun, revision, r.Revision)
}

// check returns what is wrong with a brand that replaces another one as the draft.
func (s *Service) check(ent sso.EnterpriseID, old, b sso.Brand) error {
	var locked []sso.FieldError
	for _, field := range b.Differences(old) {
		if ent == "" && slices.Contains(s.locked(), field) {
			locked = append(locked, sso.FieldError{
				Field:   field,
				Message: "This is set by the configuration, brand." + field + ".",
			})
		}
	}
	if len(locked) > 0 {
		return &sso.Error{
			Kind:   sso.Conflict,
			Code:   "brand_locked",
			Public: "The configuration of the server sets this.",
			Fields: locked,
		}
	}
	if problems := b.Validate(); len(problems) > 0 {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   validationFailed,
			Public: "The brand has a value that cannot be accepted.",
			Fields: problems,
		}
	}
	return CheckContrast(b)
}

// CheckContrast returns Invalid "contrast_too_low" if links in the accent of a brand
// cannot be read. A color is no ground for complaint: text on it is white or black.
func CheckContrast(b sso.Brand) error {
	if b.Accent == "" {
		return nil
	}
	_, checks, ok := PaletteOf(b.Accent, b.Accent)
	if !ok || checks[0].Passed {
		return nil // what is no colour is found by Validate
	}
	c := checks[0]
	return sso.InvalidField("contrast_too_low", sso.BrandAccent, fmt.Sprintf(
		"The contrast of %s is %.1f and has to be %.1f. The nearest color that passes is %s.",
		c.What, c.Ratio, Least, c.Suggest,
	))
}

// pictures are the uploaded files of an edit after they were made safe.
type pictures struct {
	logo, dark sso.ImageRef
	all        []sso.Image
	omitted    []string
}

// pictures sanitizes the files of an edit.
func (e Edit) pictures() (p pictures, err error) {
	for _, f := range []struct {
		field string
		file  []byte
		ref   *sso.ImageRef
	}{
		{sso.BrandLogo, e.Logo, &p.logo},
		{sso.BrandLogoDark, e.LogoDark, &p.dark},
	} {
		if len(f.file) == 0 {
			continue
		}
		image, omitted, err := Sanitize(f.file)
		if err != nil {
			if e, ok := errors.AsType[*sso.Error](err); ok {
				named := *e
				named.Fields = []sso.FieldError{{Field: f.field, Message: e.Text().String()}}
				return pictures{}, &named
			}
			return pictures{}, err
		}
		*f.ref = image.Ref()
		p.all = append(p.all, image)
		p.omitted = append(p.omitted, omitted...)
	}
	slices.Sort(p.omitted)
	p.omitted = slices.Compact(p.omitted)
	return p, nil
}

// apply returns a brand with the changes of an edit.
func (e Edit) apply(b sso.Brand, p pictures) sso.Brand {
	for _, f := range []struct {
		field *string
		value *string
		clean func(string) string
	}{
		{&b.Product, e.Product, strings.TrimSpace},
		{&b.Color, e.Color, cleanColor},
		{&b.Accent, e.Accent, cleanColor},
		{&b.Support, e.Support, cleanSupport},
		{&b.Privacy, e.Privacy, cleanLink},
		{&b.Terms, e.Terms, cleanLink},
		{&b.MailName, e.MailName, strings.TrimSpace},
		{&b.MailFooter, e.MailFooter, cleanLines},
		{&b.SignInText, e.SignInText, strings.TrimSpace},
		{&b.Language, e.Language, strings.TrimSpace},
	} {
		if f.value != nil {
			*f.field = f.clean(*f.value)
		}
	}
	if e.LanguageFirst != nil {
		b.LanguageFirst = *e.LanguageFirst
	} else if b.Language == "" {
		b.LanguageFirst = false
	}
	if e.Logo != nil {
		b.Logo = p.logo
	}
	switch {
	case e.LogoDark != nil:
		b.LogoDark = p.dark
	case b.Logo == (sso.ImageRef{}):
		b.LogoDark = sso.ImageRef{}
	}
	return b
}

// cleanColor returns a color as it is stored. People enter it with letters of either case,
// and without the number sign.
func cleanColor(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if len(text) == 6 {
		return "#" + text
	}
	return text
}

// cleanLink returns an address with its host in ASCII.
func cleanLink(text string) string {
	text = strings.TrimSpace(text)
	if converted, err := address.URL(text); err == nil {
		return converted
	}
	return text // which is refused
}

// cleanSupport returns a mail address or an address with its host in ASCII.
func cleanSupport(text string) string {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "@") && !strings.Contains(text, "://") {
		if converted, err := address.Email(text); err == nil {
			return converted
		}
		return text
	}
	return cleanLink(text)
}

// cleanLines returns a text whose lines end as elsewhere: forms send carriage returns.
func cleanLines(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}
