package branding

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// recorder stores brands and pictures, and knows who administers enterprises; store.DB
// does.
type recorder interface {
	Brand(ctx context.Context, ent sso.EnterpriseID) (sso.BrandRecord, error)
	BrandRevision(ctx context.Context) (int64, error)
	UpdateBrand(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, images []sso.Image,
		fn func(sso.BrandRecord) (sso.BrandRecord, error)) (sso.BrandRecord, error)
	Image(ctx context.Context, hash string) (sso.Image, error)
	Administers(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (bool, error)
}

// Options are the parts of a Service.
type Options struct {
	Store recorder
	// Fixed is what the configuration sets: it wins over the installation's own brand,
	// whose fields of the same name cannot be changed.
	Fixed sso.Brand
	// Images are the pictures that Fixed names.
	Images []sso.Image
	// PerCompany says that a company has a brand of its own unless the operator refuses.
	PerCompany bool
	Log        *slog.Logger
	Now        func() time.Time
}

// Service resolves and changes brands. It is safe for concurrent use. An edit that was
// made from another revision than its Revision says is Stale "changed_meanwhile".
type Service struct {
	options Options
	cache   *cache
	images  map[string]sso.Image
	loaded  *lru.Cache[string, sso.Image]
}

// maxLoaded is how many pictures of the store are kept in memory. Browsers keep theirs.
const maxLoaded = 32

// New returns a Service.
func New(o Options) *Service {
	s := &Service{
		options: o,
		cache:   newCache(o),
		images:  map[string]sso.Image{},
	}
	s.loaded, _ = lru.New[string, sso.Image](maxLoaded) // fails only for sizes below 1
	for _, i := range o.Images {
		s.images[i.Hash] = i
	}
	return s
}

// Of returns the brand that visitors of an enterprise see, or those of none if ent is "".
// A zero field is our own. It never fails and answers within a third of a second: pages
// about a failure wear a brand, too. If the store does not answer, it returns what it
// knew last, or else what the configuration sets.
func (s *Service) Of(ctx context.Context, ent sso.EnterpriseID) sso.Brand {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	installation := s.cache.record(ctx, "")
	company := sso.BrandRecord{Allowance: sso.BrandRefused}
	if ent != "" {
		company = s.cache.record(ctx, ent)
	}
	return s.merge(company, installation)
}

func (s *Service) merge(company, installation sso.BrandRecord) sso.Brand {
	if !s.allowed(company) {
		company.Live = sso.Brand{}
	}
	return sso.MergeBrands(company.Live, s.options.Fixed, installation.Live)
}

// allowed reports whether a company has a brand of its own.
func (s *Service) allowed(company sso.BrandRecord) bool {
	if company.Allowance == sso.BrandByDefault {
		return s.options.PerCompany
	}
	return company.Allowance == sso.BrandAllowed
}

// State is a brand with what an editor of it needs to know.
type State struct {
	sso.BrandRecord
	Worn    sso.Brand // what visitors see
	Preview sso.Brand // what they see once the draft is published
	// Allowed says whether the brand may be changed and is shown; always of the
	// installation.
	Allowed bool
	// Locked are the fields that the configuration sets, so that edits of the
	// installation's brand cannot.
	Locked []string
	// Checks are those of the colours of Preview; none without colours.
	Checks []Check
	// Omitted are the kinds of elements that were left out of an SVG that was just saved.
	Omitted []string
}

// State returns the brand of an enterprise, or of the installation if ent is "".
func (s *Service) State(ctx context.Context, ent sso.EnterpriseID) (State, error) {
	b, err := s.options.Store.Brand(ctx, ent)
	if err != nil {
		return State{}, fmt.Errorf("read a brand: %w", err)
	}
	return s.state(ctx, ent, b)
}

func (s *Service) state(ctx context.Context, ent sso.EnterpriseID, b sso.BrandRecord) (State, error) {
	state := State{
		BrandRecord: b,
		Allowed:     true,
	}
	next := b
	next.Live = b.Edited()
	if ent == "" {
		none := sso.BrandRecord{Allowance: sso.BrandRefused}
		state.Locked = s.locked()
		state.Worn, state.Preview = s.merge(none, b), s.merge(none, next)
	} else {
		installation, err := s.options.Store.Brand(ctx, "")
		if err != nil {
			return State{}, fmt.Errorf("read the installation's brand: %w", err)
		}
		state.Allowed = s.allowed(b)
		state.Worn, state.Preview = s.merge(b, installation), s.merge(next, installation)
	}
	if accent := state.Preview.Accent; accent != "" {
		_, state.Checks, _ = PaletteOf(accent, accent)
	}
	return state, nil
}

// locked returns the fields that the configuration sets.
func (s *Service) locked() []string {
	fixed := s.options.Fixed
	names := fixed.Differences(sso.Brand{})
	if fixed.Logo != (sso.ImageRef{}) && fixed.LogoDark == (sso.ImageRef{}) {
		names = append(names, sso.BrandLogoDark)
	}
	if fixed.Language != "" && !fixed.LanguageFirst {
		names = append(names, sso.BrandLanguageFirst)
	}
	return names
}

// Image returns a picture by its hash. Pictures are public: the hash is no secret, and
// one that a draft names can be seen by those who have the picture already.
func (s *Service) Image(ctx context.Context, hash string) (sso.Image, error) {
	if i, ok := s.images[hash]; ok {
		return i, nil
	}
	if i, ok := s.loaded.Get(hash); ok {
		return i, nil
	}
	i, err := s.options.Store.Image(ctx, hash)
	if err != nil {
		return sso.Image{}, fmt.Errorf("find a picture: %w", err)
	}
	s.loaded.Add(hash, i)
	return i, nil
}
