package nodetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/sso/sessions"
)

// Patience is how long a test waits for what must happen.
const Patience = 20 * time.Second

// RunBus checks every promise of a bus. nodes gives the ends of two nodes, with
// no other subscribers.
func RunBus(t *testing.T, nodes func(testing.TB) (sessions.Bus, sessions.Bus)) {
	for name, test := range map[string]func(*testing.T, sessions.Bus, sessions.Bus){
		"reaches everyone":                  testReaches,
		"ends with its context":             testEnds,
		"needs no subscriber":               testNoSubscriber,
		"one who is idle is not waited for": testIdle,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := nodes(t)
			test(t, a, b)
		})
	}
}

// Nudged waits until a subscription says to look.
func Nudged(t testing.TB, nudges <-chan struct{}) {
	t.Helper()
	select {
	case _, open := <-nudges:
		if !open {
			t.Fatal("the subscription is closed")
		}
	case <-time.After(Patience):
		t.Fatal("nothing came")
	}
}

// listen subscribes and waits until that holds: until what is published comes.
func listen(t testing.TB, from, to sessions.Bus) <-chan struct{} {
	t.Helper()
	nudges := to.Subscribe(t.Context())
	for deadline := time.Now().Add(Patience); ; {
		publish(t, from)
		select {
		case <-nudges:
			drain(nudges)
			return nudges
		case <-time.After(50 * time.Millisecond):
			if time.Now().After(deadline) {
				t.Fatal("nothing that is published comes")
			}
		}
	}
}

// drain takes what is still on its way.
func drain(nudges <-chan struct{}) {
	for {
		select {
		case <-nudges:
		case <-time.After(200 * time.Millisecond):
			return
		}
	}
}

func publish(t testing.TB, b sessions.Bus) {
	t.Helper()
	if err := b.Publish(t.Context()); err != nil {
		t.Errorf("publish: %v", err)
	}
}

func testReaches(t *testing.T, a, b sessions.Bus) {
	mine, theirs, again := listen(t, a, a), listen(t, a, b), listen(t, a, b)
	drain(mine)
	drain(theirs)
	for _, from := range []sessions.Bus{a, b} {
		publish(t, from)
		Nudged(t, mine)
		Nudged(t, theirs)
		Nudged(t, again)
	}
}

func testEnds(t *testing.T, a, _ sessions.Bus) {
	ctx, cancel := context.WithCancel(t.Context())
	nudges := a.Subscribe(ctx)
	cancel()
	deadline := time.After(Patience)
	for {
		select {
		case _, open := <-nudges:
			if !open {
				publish(t, a)
				return
			}
		case <-deadline:
			t.Fatal("the subscription outlives its context")
		}
	}
}

func testNoSubscriber(t *testing.T, a, b sessions.Bus) {
	publish(t, a)
	publish(t, b)
	nudges := listen(t, a, b)
	publish(t, a)
	Nudged(t, nudges)
}

func testIdle(t *testing.T, a, b sessions.Bus) {
	idle, busy := listen(t, a, b), listen(t, a, b)
	for range 500 { // the idle subscriber reads none of them
		publish(t, a)
	}
	Nudged(t, idle)
	Nudged(t, busy)
}
