package provisioning

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"gatehouse/sso"
)

const (
	// contactDelay is how long requests are gathered before they are written;
	// contactPause is the time between two writes of a node. Strangers can send
	// requests to a SCIM address, and get no more writes than this out of them.
	contactDelay = time.Second
	contactPause = 10 * time.Second
	// maxContacts is how many keys wait at most. Those of strangers take half.
	maxContacts = 512
)

// contactStore keeps which requests have reached SCIM addresses; store.DB
// implements it.
type contactStore interface {
	RecordContacts(ctx context.Context, all map[sso.ContactKey]sso.ProvisioningContacts) error
	ProvisioningTokenByHash(ctx context.Context, h sso.Hash) (sso.ProvisioningToken, error)
}

// Contacts records the first and the last request that reached each SCIM address,
// with and without a valid token. It is safe for concurrent use.
type Contacts struct {
	store contactStore
	log   *slog.Logger
	now   func() time.Time

	mu        sync.Mutex
	waiting   map[sso.ContactKey]sso.ProvisioningContacts
	strangers int // keys of waiting without a token
	scheduled bool
	written   time.Time
}

// NewContacts returns Contacts that keeps its records in a store.
func NewContacts(store contactStore, log *slog.Logger, now func() time.Time) *Contacts {
	return &Contacts{
		store:   store,
		log:     log,
		now:     now,
		waiting: map[sso.ContactKey]sso.ProvisioningContacts{},
	}
}

// add takes note of a request. What has not the form of a connection's ID is
// omitted.
func (c *Contacts) add(key sso.ContactKey, one sso.ProvisioningContact) {
	if _, err := sso.ParseID[sso.ConnectionID](string(key.Connection)); err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before, waits := c.waiting[key]
	if !waits && (len(c.waiting) >= maxContacts || !key.Known && c.strangers >= maxContacts/2) {
		return
	}
	if !waits && !key.Known {
		c.strangers++
	}
	c.waiting[key] = before.Add(one)
	if !c.scheduled {
		c.scheduled = true
		wait := max(contactDelay, contactPause-c.now().Sub(c.written))
		time.AfterFunc(min(wait, contactPause), func() { c.Flush(context.Background()) })
	}
}

// Flush writes what waits. What cannot be written is lost: the next request says
// much the same.
func (c *Contacts) Flush(ctx context.Context) {
	c.mu.Lock()
	all := c.waiting
	c.waiting = map[sso.ContactKey]sso.ProvisioningContacts{}
	c.strangers = 0
	c.scheduled = false
	c.written = c.now()
	c.mu.Unlock()
	if len(all) == 0 {
		return
	}
	if err := c.store.RecordContacts(ctx, all); err != nil {
		c.log.WarnContext(ctx, "contacts of identity providers not written", "error", err)
	}
}

// Misaddressed refuses a request to an address that is no endpoint. If it has a token,
// or the ID of a connection in its address, the connection is told that it came.
func (s *Service) Misaddressed(ctx context.Context, r Request) error {
	s.noteMisaddressed(ctx, r)
	return wrongAddress()
}

// noteMisaddressed takes note of a request to a wrong address.
func (s *Service) noteMisaddressed(ctx context.Context, r Request) {
	if s.Contacts == nil {
		return
	}
	s.Contacts.add(s.Contacts.keyOf(ctx, r), sso.ProvisioningContact{
		At:      s.Now(),
		Remote:  r.Remote,
		Client:  sso.ClientName(r.Client),
		Request: sso.MisaddressedRequest(r.Method, r.Address),
		Status:  http.StatusNotFound,
	})
}

// keyOf returns the connection of the token of a request, whichever was addressed,
// also of one that has ended; without a token the one that was addressed.
func (c *Contacts) keyOf(ctx context.Context, r Request) sso.ContactKey {
	if secret, err := sso.SCIMToken.Parse(r.Bearer); err == nil {
		if k, err := c.store.ProvisioningTokenByHash(ctx, secret.Hash()); err == nil {
			return sso.ContactKey{
				Connection: k.Connection,
				Known:      true,
			}
		}
	}
	return sso.ContactKey{Connection: r.Connection}
}

// contact returns what is kept of a request, and of which kind it is.
func (o Outcome) contact(r Request) (sso.ContactKey, sso.ProvisioningContact) {
	known := o.Token.ID != "" && o.Token.Connection == r.Connection
	return sso.ContactKey{
			Connection: r.Connection,
			Known:      known,
		}, sso.ProvisioningContact{
			At:      o.At,
			Remote:  r.Remote,
			Client:  sso.ClientName(r.Client),
			Request: r.Method + " " + r.Endpoint,
			Status:  statusOf(o),
		}
}
