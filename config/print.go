package config

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// YAML returns the settings as a file that can be loaded, except for secrets, which
// are redacted.
func (c Config) YAML() ([]byte, error) {
	out, err := yaml.MarshalWithOptions(c, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write the settings: %w", err)
	}
	return out, nil
}

// JSON is like YAML, but returns JSON.
func (c Config) JSON() ([]byte, error) {
	out, err := c.YAML()
	if err != nil {
		return nil, err
	}
	if out, err = yaml.YAMLToJSON(out); err != nil {
		return nil, fmt.Errorf("write the settings as JSON: %w", err)
	}
	return out, nil
}
