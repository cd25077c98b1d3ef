package setup

import (
	"context"
	"errors"

	"gatehouse/sso"
)

var errNotYet = errors.New("not written yet")

// Create makes a connection in the state draft.
func (s *Service) Create(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, protocol sso.Protocol, e Edit) (sso.Connection, []Warning, error) {
	return sso.Connection{}, nil, errNotYet
}

// Edit changes the draft of a connection.
func (s *Service) Edit(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, e Edit) (sso.Connection, []Warning, error) {
	return sso.Connection{}, nil, errNotYet
}

// Enable makes the draft live.
func (s *Service) Enable(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error) {
	return sso.Connection{}, errNotYet
}

// Disable ends signing in through the connection.
func (s *Service) Disable(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error) {
	return sso.Connection{}, errNotYet
}

// Rollback swaps the live and the previous version.
func (s *Service) Rollback(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error) {
	return sso.Connection{}, errNotYet
}

// DiscardDraft drops what is being edited.
func (s *Service) DiscardDraft(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error) {
	return sso.Connection{}, errNotYet
}

// RotateKey gives the connection a new key pair.
func (s *Service) RotateKey(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error) {
	return sso.Connection{}, errNotYet
}

// RefreshMetadata fetches the identity provider's metadata now.
func (s *Service) RefreshMetadata(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, bool, error) {
	return sso.Connection{}, false, errNotYet
}

// Refresh fetches the identity provider's metadata at a limited rate.
func (s *Service) Refresh(ctx context.Context, c sso.Connection) (sso.Connection, bool, error) {
	return sso.Connection{}, false, errNotYet
}

// RefreshDue fetches the metadata of every connection that is due.
func (s *Service) RefreshDue(ctx context.Context) error { return errNotYet }

// ServiceProviderMetadata is our metadata for a SAML connection.
func (s *Service) ServiceProviderMetadata(ctx context.Context, id sso.ConnectionID) ([]byte, error) {
	return nil, errNotYet
}

// AddDomain adds a domain that has yet to be proven.
func (s *Service) AddDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, name string) (sso.Domain, error) {
	return sso.Domain{}, errNotYet
}

// VerifyDomain looks for the proof in the DNS.
func (s *Service) VerifyDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID) (sso.Domain, error) {
	return sso.Domain{}, errNotYet
}
