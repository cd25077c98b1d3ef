package provisioning

import (
	"os"
	"testing"

	"gatehouse/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
