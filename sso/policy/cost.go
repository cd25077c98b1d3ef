package policy

import (
	"regexp/syntax"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"

	"gatehouse/sso"
)

// checkRegexps requires every regular expression to be a small literal. The
// cost of one grows with its compiled form, and the library counts only its
// length: "(?:[a-z]{1,30}){30}" is short. The library's own size limit panics
// on such a repetition (cel-go 0.32.0), so it is not used.
func checkRegexps(tree *ast.AST) []string {
	var problems []string
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind ||
			e.AsCall().FunctionName() != "matches" ||
			len(problems) == maxProblems {
			return
		}
		args := e.AsCall().Args()
		pattern := args[len(args)-1]
		if !isSmallRegexp(pattern) {
			at := tree.SourceInfo().GetStartLocation(pattern.ID())
			problems = append(
				problems,
				position(at.Line(), at.Column())+
					"write the regular expression out, and keep it short and without large repetitions.",
			)
		}
	}))
	return problems
}

func isSmallRegexp(pattern ast.Expr) bool {
	if pattern.Kind() != ast.LiteralKind {
		return false
	}
	source, ok := pattern.AsLiteral().(types.String)
	if !ok {
		return false
	}
	parsed, err := syntax.Parse(string(source), syntax.Perl)
	if err != nil {
		return false
	}
	compiled, err := syntax.Compile(parsed.Simplify())
	return err == nil && len(compiled.Inst) <= maxRegexp
}

// sizeEstimator tells the library how long the variables can be.
type sizeEstimator struct{}

func (sizeEstimator) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	path := node.Path()
	if len(path) == 0 {
		return nil
	}
	for _, v := range variables {
		if v.name == path[0] {
			return &cost.SizeEstimate{Max: sizeWithin(v, path[1:])}
		}
	}
	return nil
}

// sizeWithin returns the size of a variable's items, keys and values.
func sizeWithin(v variable, path []string) uint64 {
	switch {
	case len(path) == 0:
		return v.size
	case v.typ == stringsType:
		return sso.MaxGroupNameLength
	case v.typ == claimsType && len(path) == 1 && path[0] == "@values":
		return assumedValues
	}
	return assumedValueLength
}

func (sizeEstimator) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
