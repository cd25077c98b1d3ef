package provisioning

import (
	"context"
	"log/slog"
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
