package nodetest_test

import (
	"testing"

	"gatehouse/sso/sessions"
	"gatehouse/store/nodetest"
)

func TestLocalBus(t *testing.T) {
	t.Parallel()
	nodetest.RunBus(t, func(testing.TB) (sessions.Bus, sessions.Bus) {
		b := &nodetest.LocalBus{}
		return b, b
	})
}
