package forwardauth

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/sso"
)

const (
	refreshInterval = 500 * time.Millisecond // how often to look for changes
	staleAfter      = 2 * time.Second        // an older snapshot is not used
	refreshTimeout  = time.Second
)

// application is a registered application with lookup tables. It is immutable; a
// change makes a new one.
type application struct {
	sso.Application
	origins  []origin
	required map[string]bool
	told     map[string]bool
	// attributes are the names of those that the application asks for.
	attributes map[string]bool
}

type origin struct{ scheme, host, whole string }

// origin returns the registered origin for the scheme and host of a proxy, "" if
// there is none. Letter case and a standard port do not matter.
func (a *application) origin(scheme, host string) string {
	for i := range a.origins {
		if o := &a.origins[i]; o.host == host && o.scheme == scheme {
			return o.whole
		}
	}
	canonical, err := sso.OriginOf(scheme + "://" + host)
	if err != nil || !a.Serves(canonical) || strings.ContainsAny(host, "/?#") {
		return ""
	}
	return canonical
}

func newApplication(a sso.Application) *application {
	made := &application{
		Application: a,
		required:    setOf(a.Groups),
		told:        setOf(a.Told),
		attributes:  setOf(a.Attributes),
	}
	for _, o := range a.Origins {
		scheme, host, _ := strings.Cut(o, "://")
		made.origins = append(made.origins, origin{scheme, host, o})
	}
	return made
}

func setOf(all []string) map[string]bool {
	set := make(map[string]bool, len(all))
	for _, s := range all {
		set[s] = true
	}
	return set
}

// snapshot has all applications of one revision, by key and by ID.
type snapshot struct {
	byKey    map[string]*application
	revision int64
}

// registry caches the applications. Twice a second one request looks for changes;
// if that fails for two seconds, the cache is not used.
type registry struct {
	store     applicationStore
	now       func() time.Time
	log       *slog.Logger
	snapshot  atomic.Pointer[snapshot]
	checkedAt atomic.Int64 // microseconds
	triedAt   atomic.Int64 // microseconds
	mu        sync.Mutex
}

func (g *registry) current(ctx context.Context) (*snapshot, error) {
	now, k := g.now().UnixMicro(), g.snapshot.Load()
	if k != nil &&
		now-g.triedAt.Load() < refreshInterval.Microseconds() &&
		now-g.checkedAt.Load() < staleAfter.Microseconds() {
		return k, nil
	}
	usable := k != nil && now-g.checkedAt.Load() < staleAfter.Microseconds()
	if usable && !g.mu.TryLock() {
		return k, nil
	} else if !usable {
		g.mu.Lock()
	}
	defer g.mu.Unlock()
	if newer := g.snapshot.Load(); newer != nil && g.checkedAt.Load() >= now {
		return newer, nil // another request refreshed it meanwhile
	}
	g.triedAt.Store(now)
	err := g.refresh(ctx, k, now)
	if err != nil && !usable {
		return nil, err
	}
	return g.snapshot.Load(), nil
}

func (g *registry) refresh(ctx context.Context, old *snapshot, now int64) error {
	// Other requests wait for the result, too: this client may disconnect.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	revision, err := g.store.ApplicationRevision(ctx)
	if err != nil {
		return fmt.Errorf("look for changes of applications: %w", err)
	}
	if old == nil || old.revision != revision {
		fresh, err := g.load(ctx, revision)
		if err != nil {
			return fmt.Errorf("read applications: %w", err)
		}
		g.snapshot.Store(fresh)
	}
	g.checkedAt.Store(now)
	return nil
}

// load reads all applications. A change during the read is found by the next
// refresh, which sees another revision.
func (g *registry) load(ctx context.Context, revision int64) (*snapshot, error) {
	k := &snapshot{byKey: map[string]*application{}, revision: revision}
	for page := (sso.Page{Limit: 200}); ; {
		all, next, err := g.store.Applications(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			made := newApplication(a)
			k.byKey[a.Key], k.byKey[string(a.ID)] = made, made
		}
		if page.Cursor = next; next == "" {
			return k, nil
		}
	}
}
