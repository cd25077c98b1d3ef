package harness

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Missing ends a test that cannot run for want of a service: it is skipped, or
// fails if GATEHOUSE_TEST_REQUIRE lists the service.
func Missing(t testing.TB, service, reason string) {
	t.Helper()
	if Required(service) {
		t.Fatalf("%s, and %s is required", reason, service)
	}
	t.Skip(reason)
}

// Required reports whether GATEHOUSE_TEST_REQUIRE lists something.
func Required(service string) bool {
	return slices.Contains(
		strings.Split(os.Getenv("GATEHOUSE_TEST_REQUIRE"), ","), service,
	)
}

// Redis is the address of the server that TEST_REDIS_URL names.
func Redis(t testing.TB) string {
	t.Helper()
	address := os.Getenv("TEST_REDIS_URL")
	if address == "" {
		Missing(t, "redis", "TEST_REDIS_URL is not set")
	}
	return address
}

// Long ends a test that starts the program when only short tests are wanted.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("short")
	}
}
