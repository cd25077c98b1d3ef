package saml

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"gatehouse/sso"
)

// FetchMetadata fetches the metadata of the one identity provider that an
// address publishes. Errors: those of [ServiceProvider.ReadMetadata]; Invalid
// "url_not_allowed"; Upstream "metadata_unavailable" if it may be there later,
// "metadata_unreadable" if not.
func (sp *ServiceProvider) FetchMetadata(ctx context.Context, address string) (Metadata, error) {
	return sp.FetchMetadataOf(ctx, address, "")
}

// FetchMetadataOf is FetchMetadata for an address that publishes several
// identity providers, as federations do, or for which the expected one is
// known. entityID only selects: [Metadata.Apply] refuses a single identity
// provider with another ID.
func (sp *ServiceProvider) FetchMetadataOf(ctx context.Context, address, entityID string) (Metadata, error) {
	doc, err := sp.fetch(ctx, strings.TrimSpace(address))
	if err != nil {
		return Metadata{}, fmt.Errorf("fetch metadata: %w", err)
	}
	return sp.ReadMetadata(doc, entityID)
}

func (sp *ServiceProvider) fetch(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &sso.Error{
			Kind:   sso.Invalid,
			Code:   sso.CodeURLNotAllowed,
			Public: "This is not an address.",
			Err:    err,
		}
	}
	req.Header.Set("Accept", "application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1")
	resp, err := sp.client.Do(req)
	if err != nil {
		return nil, errFetch(err)
	}
	doc, err := io.ReadAll(io.LimitReader(resp.Body, maxMetadata+1))
	if closing := resp.Body.Close(); err == nil {
		err = closing
	}
	switch {
	case err != nil:
		return nil, errFetch(err)
	case resp.StatusCode != http.StatusOK:
		return nil, errFetch(&sso.StatusError{
			Host: req.URL.Host,
			Code: resp.StatusCode,
		})
	case len(doc) > maxMetadata:
		return nil, errFetch(&sso.UnusableError{Err: fmt.Errorf("more than %d bytes", maxMetadata)})
	}
	return doc, nil
}

// errFetch keeps the HTTP client's error about an address that may not be
// called.
func errFetch(err error) error {
	if e, ok := errors.AsType[*sso.Error](err); ok && e.Kind == sso.Invalid {
		return err
	}
	failure, code := sso.ExplainFetch(err), "metadata_unavailable"
	if failure.Permanent {
		code = "metadata_unreadable"
	}
	public := "The metadata could not be fetched from this address."
	if failure.Reason != "" {
		public = "The metadata could not be fetched from this address: " + failure.Reason + "."
	}
	return &sso.Error{
		Kind:   sso.Upstream,
		Code:   code,
		Public: public,
		Err:    err,
	}
}
