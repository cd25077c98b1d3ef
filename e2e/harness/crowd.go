package harness

import (
	"math/rand/v2" // picks nodes
	"net/http"
	"slices"
	"sync"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/internal/demo/demoidp"
)

// Crowd is a number of users who sign in repeatedly, each time with other
// groups, and record it in a journal.
type Crowd struct {
	Nodes     []*Gateway // one is picked at random; if it refuses connections, the next
	IdP       *demoidp.IdP
	Companies []*Company // assigned to the users in turn
	People    []demoidp.Person
	Sets      [][]string // group names of one sign-in, used in turn
	Journal   *auditor.Journal
	Pause     time.Duration // between two sign-ins of a user
	Balanced  bool          // skips nodes that are not ready, as a load balancer does

	stop chan struct{}
	all  sync.WaitGroup

	mu       sync.Mutex
	turn     int
	signedIn []*Visitor
	failed   []Answer
}

// Start begins the sign-ins.
func (c *Crowd) Start() {
	c.stop, c.signedIn, c.failed = make(chan struct{}), nil, nil
	for i := range c.People {
		c.all.Go(func() {
			for n := c.turn + i; ; n++ {
				select {
				case <-c.stop:
					return
				case <-time.After(c.Pause):
					c.signIn(
						c.Companies[i%len(c.Companies)], c.People[i],
						c.Sets[n%len(c.Sets)],
					)
				}
			}
		})
	}
}

func (c *Crowd) signIn(company *Company, p demoidp.Person, groups []string) {
	if err := c.IdP.SetGroups(p.ID, groups); err != nil {
		return
	}
	who := auditor.Person{Enterprise: company.ID, Login: p.Login}
	c.Journal.Asserts(who, groups)
	nodes := slices.Clone(c.Nodes)
	rand.Shuffle(len(nodes), func(i, k int) {
		nodes[i], nodes[k] = nodes[k], nodes[i]
	})
	v := nodes[0].Visitor()
	v.At(nodes...)
	v.asks = c.Balanced
	back, err := v.Visit(c.IdP, company.Key, p.ID)
	a := Answer{Err: err}
	if err == nil {
		a = v.Deliver(back)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.Err != nil ||
		a.Status != http.StatusSeeOther ||
		a.Location != "/" {
		c.failed = append(c.failed, a)
		return
	}
	c.Journal.SignedIn(who, back.ID())
	c.signedIn = append(c.signedIn, v)
}

// Count returns the number of acknowledged sign-ins since Start.
func (c *Crowd) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.signedIn)
}

// Stop waits for all users. It returns the visitors whose sign-in was
// acknowledged and the responses that the others got.
func (c *Crowd) Stop() (signedIn []*Visitor, failed []Answer) {
	close(c.stop)
	c.all.Wait()
	c.turn++
	return c.signedIn, c.failed
}
