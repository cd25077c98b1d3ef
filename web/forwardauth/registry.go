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
	lookEvery   = 500 * time.Millisecond // for changes of applications
	staleAfter  = 2 * time.Second        // then what is remembered is not used
	lookTimeout = time.Second
)

// application is one with what is looked up in it. It is immutable, and another
// one after every change.
type application struct {
	sso.Application
	origins  []origin
	required map[string]bool
	told     map[string]bool
}

type origin struct{ scheme, host, whole string }

// origin is the registered one that a proxy means; "" if there is none. Most say
// it as it is registered; letter case and a standard port do not matter.
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

// known are all applications, by key and by identifier.
type known struct {
	of       map[string]*application
	revision int64
}

// registry remembers the applications. Twice a second one request looks for
// changes; if that fails for two seconds, nobody is let in on what may be old.
type registry struct {
	store  Applications
	now    func() time.Time
	log    *slog.Logger
	known  atomic.Pointer[known]
	looked atomic.Int64 // microseconds
	tried  atomic.Int64 // microseconds
	mu     sync.Mutex
}

func (g *registry) current(ctx context.Context) (*known, error) {
	now, k := g.now().UnixMicro(), g.known.Load()
	if k != nil &&
		now-g.tried.Load() < lookEvery.Microseconds() &&
		now-g.looked.Load() < staleAfter.Microseconds() {
		return k, nil
	}
	usable := k != nil && now-g.looked.Load() < staleAfter.Microseconds()
	if usable && !g.mu.TryLock() {
		return k, nil
	} else if !usable {
		g.mu.Lock()
	}
	defer g.mu.Unlock()
	if newer := g.known.Load(); newer != nil && g.looked.Load() >= now {
		return newer, nil // somebody else looked while this one waited
	}
	g.tried.Store(now)
	err := g.look(ctx, k, now)
	if err != nil && !usable {
		return nil, err
	}
	return g.known.Load(), nil
}

func (g *registry) look(ctx context.Context, old *known, now int64) error {
	// Whoever asked may go away; the others want the answer too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
	defer cancel()
	revision, err := g.store.ApplicationRevision(ctx)
	if err != nil {
		return fmt.Errorf("look for changes of applications: %w", err)
	}
	if old == nil || old.revision != revision {
		fresh, err := g.read(ctx, revision)
		if err != nil {
			return fmt.Errorf("read applications: %w", err)
		}
		g.known.Store(fresh)
	}
	g.looked.Store(now)
	return nil
}

// read reads them all. What changes meanwhile is found by the next look, whose
// revision is another.
func (g *registry) read(ctx context.Context, revision int64) (*known, error) {
	k := &known{of: map[string]*application{}, revision: revision}
	for page := (sso.Page{Limit: 200}); ; {
		all, next, err := g.store.Applications(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			made := newApplication(a)
			k.of[a.Key], k.of[string(a.ID)] = made, made
		}
		if page.Cursor = next; next == "" {
			return k, nil
		}
	}
}
