package findings

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Ceilings is the list of counts over the whole module. A count may be a little
// below its entry before the entry must be lowered.
const Ceilings = "ceilings"

// slack returns how far a count may be below its ceiling, so that not every
// commit must lower it: 50, or a third if that is more.
func slack(ceiling int) int { return max(50, ceiling/3) }

// Entry is one line of a list.
type Entry struct {
	Weight int
	Key    string
}

// Lists holds the excused findings by the name of the list.
type Lists map[string][]Entry

// Dir is the directory of the lists in a module.
func Dir(root string) string { return filepath.Join(root, "internal", "devtools", "findings") }

// Load reads all lists in dir.
func Load(dir string) (Lists, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	lists := Lists{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		for line := range strings.Lines(string(text)) {
			entry, err := parse(strings.TrimSpace(line))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			lists[name] = append(lists[name], entry)
		}
	}
	return lists, nil
}

func parse(line string) (Entry, error) {
	weight, key, found := strings.Cut(line, " ")
	n, err := strconv.Atoi(weight)
	if err != nil || !found {
		return Entry{}, fmt.Errorf("%q is not a weight and a key", line)
	}
	return Entry{Weight: n, Key: key}, nil
}

// Judge returns the failures of a test: findings without an entry in the named
// lists or that no list may excuse, and entries of these lists without a
// finding.
func (l Lists) Judge(found []Finding, names ...string) []string {
	var failures []string
	for _, f := range found {
		if f.List == "" {
			failures = append(failures, f.String())
		}
	}
	for _, name := range names {
		excess, unused, _ := l.match(name, found)
		for _, f := range excess {
			failures = append(failures, f.String())
		}
		for _, e := range unused {
			if slices.ContainsFunc(excess, func(f Finding) bool {
				return f.Key == e.Key
			}) {
				continue // the finding has grown, which is reported above
			}
			failures = append(failures, fmt.Sprintf("%s.txt: the entry %q excuses too much or nothing:"+
				" run go run ./internal/devtools/figures -shrink", name,
				fmt.Sprint(e.Weight, " ", e.Key)))
		}
	}
	return failures
}

// Shrink removes entries of the named lists that excuse nothing, and lowers the
// others to their findings. The entry of a finding that has grown stays.
func (l Lists) Shrink(found []Finding, names ...string) {
	for _, name := range names {
		excess, unused, needed := l.match(name, found)
		for _, f := range excess {
			if i := slices.IndexFunc(unused, func(e Entry) bool {
				return e.Key == f.Key
			}); i >= 0 {
				needed = append(needed, unused[i])
				unused = slices.Delete(unused, i, i+1)
			}
		}
		l[name] = needed
	}
}

// Save writes the named lists to dir, sorted. An empty list has no file.
func (l Lists) Save(dir string, names ...string) error {
	for _, name := range names {
		entries := slices.Clone(l[name])
		slices.SortFunc(entries, func(a, b Entry) int {
			return cmp.Or(strings.Compare(a.Key, b.Key), b.Weight-a.Weight)
		})
		var text strings.Builder
		for _, e := range entries {
			fmt.Fprintln(&text, e.Weight, e.Key)
		}
		file := filepath.Join(dir, name+".txt")
		if len(entries) == 0 {
			if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
				return err
			}
			continue
		}
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil { //nolint:gosec // a source file
			return err
		}
	}
	return nil
}

// match pairs findings with entries of a list, the heaviest first. An entry
// excuses a finding with its key that is at most a twentieth heavier; the rest
// may be renamed functions, and is paired by weight. The needed entries are
// those that excuse a finding, as -shrink writes them.
func (l Lists) match(name string, found []Finding) (excess []Finding, unused, needed []Entry) {
	unused = slices.Clone(l[name])
	slices.SortStableFunc(unused, func(a, b Entry) int { return b.Weight - a.Weight })
	var open []Finding
	for _, f := range found {
		if f.List == name {
			open = append(open, f)
		}
	}
	slices.SortStableFunc(open, func(a, b Finding) int { return b.Weight - a.Weight })
	for _, excuses := range []func(Entry, Finding) bool{sameKey, sameWeight} {
		excess = nil
		for _, f := range open {
			i := slices.IndexFunc(unused, func(e Entry) bool { return excuses(e, f) })
			if i < 0 {
				excess = append(excess, f)
				continue
			}
			needed = append(needed, Entry{
				Weight: min(unused[i].Weight, f.Weight),
				Key:    f.Key,
			})
			if name != Ceilings || unused[i].Weight-f.Weight <= slack(unused[i].Weight) {
				unused = slices.Delete(unused, i, i+1)
			}
		}
		open = excess
	}
	return excess, unused, needed
}

func sameKey(e Entry, f Finding) bool {
	most := e.Weight
	if f.List != Ceilings {
		most += e.Weight / 20
	}
	return e.Key == f.Key && f.Weight <= most
}

func sameWeight(e Entry, f Finding) bool {
	return f.List != Ceilings &&
		f.Weight > 1 &&
		f.Weight <= e.Weight+e.Weight/20 &&
		f.Weight >= e.Weight-e.Weight/20
}
