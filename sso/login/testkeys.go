package login

import (
	"context"
	"errors"

	"gatehouse/sso"
)

// examine judges the response. If no key of ours fits, the metadata is fetched
// again and the response judged once more, as a sign-in does it.
func (r *rehearsal) examine(ctx context.Context, request *sso.PendingLogin) (sso.Examined, error) {
	x, err := r.examiner(r.c).Examine(ctx, r.c, r.cfg, request, r.cb)
	if sso.CodeOf(err) != "saml_signature_invalid" || r.cfg.SAML.MetadataURL == "" || r.RefreshTested == nil {
		return x, err
	}
	c, changed, failed := r.RefreshTested(ctx, r.c)
	switch {
	case failed != nil:
		r.warn("metadata", "the metadata fetched again, because no key fits", spokenOf(failed))
		return x, err
	case !changed:
		r.warn("metadata", "a key that fits, in the metadata fetched again", "the same keys as before")
		return x, err
	}
	cfg, failed := tested(c)
	if failed != nil {
		return x, err
	}
	r.warn("metadata", "a key that is known", "a new key: the metadata was fetched again, and what it says is saved")
	r.c, r.cfg = c, cfg
	r.run.Revision, r.run.Version = c.Revision, cfg.Version
	return r.examiner(c).Examine(ctx, c, cfg, request, r.cb)
}

func spokenOf(err error) string {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		return e.Public
	}
	return "it could not be fetched"
}
