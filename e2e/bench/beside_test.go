//go:build linux

package bench

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkSignInBesideSync measures how long a sign-in takes beside a first
// synchronization of the same company, and without one, in turn: the POST of a signed
// response, which writes. The synchronization sends its requests one after the other,
// or several at once, as fast as they are answered, or 100 a second, which the rate limit
// allows. One at another gateway, with a database of its own, shows what follows from
// the processors that all of them share.
func BenchmarkSignInBesideSync(b *testing.B) {
	for name, database := range databases(b) {
		for _, load := range []besideLoad{
			{"one at a time", 1, 0},
			{"100 a second", syncWorkers, 100},
			{"4 at a time", syncWorkers, 0},
		} {
			b.Run(name+"/"+load.name, func(b *testing.B) {
				p := newPushing(b, database(b), 0)
				beside(p, p, load)
			})
			b.Run(name+"/"+load.name+"/elsewhere", func(b *testing.B) {
				beside(newPushing(b, database(b), 0), newPushing(b, database(b), 0), load)
			})
		}
	}
}

// besideLoad is how a synchronization sends its requests.
type besideLoad struct {
	name      string
	workers   int
	perSecond int // 0: as fast as they are answered
}

// wait waits until a worker that has sent some requests sends the next.
func (l besideLoad) wait(begun time.Time, sent int) {
	if l.perSecond > 0 {
		pause := time.Second * time.Duration(l.workers) / time.Duration(l.perSecond)
		time.Sleep(time.Until(begun.Add(time.Duration(sent) * pause)))
	}
}

// beside reports how long sign-ins take at p while users are pushed to another.
func beside(p, pushed *pushing, load besideLoad) {
	const each = 200
	var quiet, busy, ratios []float64
	sent := 0.0
	for round := range rounds + 1 {
		alone, besides := p.letters(each), p.letters(each)
		q := p.took(alone)
		stop := pushed.sync(fmt.Sprint("beside-", round), load)
		time.Sleep(200 * time.Millisecond)
		s := p.took(besides)
		n := stop()
		if round == 0 { // not yet warm
			continue
		}
		sent += n / rounds
		quiet, busy = append(quiet, q...), append(busy, s...)
		ratios = append(ratios, percentile(s, 99)/percentile(q, 99))
	}
	report(
		p.B, "≤ 1.2 × p99", figure{percentile(quiet, 99), "p99-ms-alone"}, figure{percentile(busy, 99), "p99-ms-beside"},
		figure{percentile(busy, 99) / percentile(quiet, 99), "x-p99"}, figure{median(ratios), "x-p99-median"},
		figure{percentile(busy, 50) / percentile(quiet, 50), "x-p50"}, figure{sent, "requests/s"},
	)
}

// took returns how long each sign-in took, in milliseconds.
func (p *pushing) took(letters []letter) []float64 {
	p.Helper()
	var all []float64
	for _, l := range letters {
		begun := time.Now()
		if err := l.deliver(); err != nil {
			p.Fatal(err)
		}
		all = append(all, float64(time.Since(begun).Microseconds())/1000)
	}
	return all
}

func percentile(values []float64, p int) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)*p/100]
}

// sync begins a first synchronization. stop ends it, and returns how many requests it
// sent a second.
func (p *pushing) sync(run string, load besideLoad) (stop func() (perSecond float64)) {
	begun := time.Now()
	end := make(chan struct{})
	sent := make([]int, load.workers)
	var workers sync.WaitGroup
	for w := range load.workers {
		workers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-end:
					return
				default:
				}
				load.wait(begun, sent[w])
				sent[w] += p.syncSome(fmt.Sprintf("%s-%d-%d", run, w, i), i)
			}
		})
	}
	return func() float64 {
		close(end)
		workers.Wait()
		total := 0
		for _, n := range sent {
			total += n
		}
		return float64(total) / time.Since(begun).Seconds()
	}
}

// syncSome creates a user, and after each twentieth a group with 200 members, and
// returns how many requests that took.
func (p *pushing) syncSome(name string, i int) (requests int) {
	p.syncUser(name)
	if i%20 != 19 {
		return 1
	}
	group := p.syncGroup(name)
	for from := range 2 {
		p.patch(group, operation("add", around(p.others, i*37+from*100, 100)...))
	}
	return 4
}
