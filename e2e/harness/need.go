package harness

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Missing ends a test that lacks a service: the test is skipped, or fails if
// GATEHOUSE_TEST_REQUIRE lists the service.
func Missing(t testing.TB, service, reason string) {
	t.Helper()
	if Required(service) {
		t.Fatalf("%s, and %s is required", reason, service)
	}
	t.Skip(reason)
}

// Required reports whether GATEHOUSE_TEST_REQUIRE lists the service.
func Required(service string) bool {
	return slices.Contains(
		strings.Split(os.Getenv("GATEHOUSE_TEST_REQUIRE"), ","), service,
	)
}

// Redis returns the URL in TEST_REDIS_URL.
func Redis(t testing.TB) string {
	t.Helper()
	address := os.Getenv("TEST_REDIS_URL")
	if address == "" {
		Missing(t, "redis", "TEST_REDIS_URL is not set")
	}
	return address
}

// Long skips a test that starts the program if only short tests are wanted.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("short")
	}
}
