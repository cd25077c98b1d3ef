package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"gatehouse/sso"
)

type (
	activation = cel.Activation
	celType    = cel.Type
)

var (
	stringType  = cel.StringType
	boolType    = cel.BoolType
	stringsType = cel.ListType(cel.StringType)
	claimsType  = cel.MapType(cel.StringType, stringsType)
	// Types of attributes are the company's, and not known when an expression is checked.
	attributesType = cel.MapType(cel.StringType, cel.DynType)
)

// Limits of an expression. Cost is in the library's units, roughly one step
// each. A run may take far less than the estimate for the longest lists: it
// runs inside the transaction of the only writer, and steps get slower the
// longer a loop is. A run that reaches the limit takes about 25 ms; a loop of
// two tests over 2,000 groups, the maximum, ends just below it
// (BenchmarkDecide).
const (
	MaxExpression = 4096 // bytes
	maxNodes      = 1000
	maxDepth      = 40
	maxNested     = 2       // loops within loops
	maxRegexp     = 100     // instructions of a regular expression
	maxCost       = 250_000 // as estimated at save
	maxRun        = 20_000
	maxProblems   = 5 // reported for one expression
)

// program is a compiled expression. It is safe for concurrent use.
type program struct{ run cel.Program }

// compile checks an expression; the errors name field, with line and column.
func compile(field, expression string, results ...*celType) (*program, *ast.AST, error) {
	switch {
	case strings.TrimSpace(expression) == "":
		return nil, nil, errExpression(field, "Enter the expression that decides.")
	case len(expression) > MaxExpression ||
		!utf8.ValidString(expression) ||
		strings.ContainsRune(expression, 0):
		return nil, nil, errExpression(
			field, fmt.Sprintf("Use at most %d bytes of text.", MaxExpression),
		)
	}
	env, err := environment()
	if err != nil {
		return nil, nil, fmt.Errorf("set up expressions: %w", err)
	}
	checked, issues := env.Compile(expression)
	if issues.Err() != nil {
		return nil, nil, errExpression(field, problemMessages(issues.Errors())...)
	}
	if problems := checkRegexps(checked.NativeRep()); len(problems) > 0 {
		return nil, nil, errExpression(field, problems...)
	}
	if !slices.ContainsFunc(results, checked.OutputType().IsExactType) {
		return nil, nil, errExpression(
			field,
			fmt.Sprintf(
				"Line 1, column 1: the result is of type %s, wanted: %s.",
				checked.OutputType(), typeNames(results),
			),
		)
	}
	if cost, err := env.EstimateCost(checked, sizeEstimator{}); err != nil || cost.Max > maxCost {
		return nil, nil, errExpression(
			field,
			"Line 1, column 1: this could take too long with long lists. Use fewer loops within loops, and fewer regular expressions.",
		)
	}
	run, err := env.Program(checked, cel.CostLimit(maxRun), cel.InterruptCheckFrequency(100),
		cel.OptimizeRegex(interpreter.MatchesRegexOptimization))
	if err != nil {
		return nil, nil, errExpression(field, "Line 1, column 1: "+cleanMessage(err.Error()))
	}
	return &program{run}, checked.NativeRep(), nil
}

func environment() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.ParserExpressionSizeLimit(MaxExpression),
		cel.ParserRecursionLimit(maxDepth),
		cel.ParserErrorRecoveryLimit(maxProblems),
		cel.ExpressionNodeLimit(maxNodes),
		cel.ExpressionNestingDepthLimit(maxDepth),
		cel.ASTValidators(
			cel.ValidateRegexLiterals(), cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(),
			cel.ValidateComprehensionNestingLimit(maxNested),
		),
	}
	for _, v := range variables {
		options = append(options, cel.Variable(v.name, v.typ))
	}
	return cel.NewEnv(options...)
}

// eval runs the program. An error is about the input (a missing claim) or the
// cost.
func (p *program) eval(in Input) (ref.Val, error) {
	value, _, err := p.run.ContextEval(context.Background(), in)
	if err != nil {
		return nil, fmt.Errorf("run the expression: %w", err)
	}
	return value, nil
}

func errExpression(field string, messages ...string) error {
	e := &sso.Error{
		Kind:   sso.Invalid,
		Code:   "expression_invalid",
		Public: "This expression cannot be used.",
	}
	for _, m := range messages {
		e.Fields = append(e.Fields, sso.FieldError{Field: field, Message: m})
	}
	return e
}

// problemMessages returns the first problems in words, each with its position.
func problemMessages(problems []*common.Error) []string {
	var all []string
	for _, p := range problems[:min(len(problems), maxProblems)] {
		at := position(p.Location.Line(), p.Location.Column())
		all = append(all, at+cleanMessage(p.Message)+suggestNames(p.Message))
	}
	return all
}

// position counts from one; the library uses -1 for unknown.
func position(line, column int) string {
	return fmt.Sprintf("Line %d, column %d: ", max(line, 1), max(column, 0)+1)
}

// suggestNames lists the existing variables after a misspelt name.
func suggestNames(problem string) string {
	for _, noun := range [...]string{"identity", "connection", "enterprise", "user"} {
		reference := "undeclared reference to '" + noun
		if !strings.Contains(problem, reference+"'") && !strings.Contains(problem, reference+".") {
			continue
		}
		var known []string
		for _, v := range variables {
			if strings.HasPrefix(v.name, noun+".") {
				known = append(known, v.name)
			}
		}
		return ". There is " + strings.Join(known, ", ")
	}
	return ""
}

const maxMessageBytes = 200

// cleanMessage shortens a message of the library to one line: it may quote the
// expression.
func cleanMessage(message string) string {
	message = strings.Map(func(r rune) rune {
		if !sso.Printable(string(r)) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(message, " "))
	if len(message) > maxMessageBytes {
		message = strings.ToValidUTF8(message[:maxMessageBytes], "") + "…"
	}
	return message
}

func typeNames(all []*celType) string {
	var out []string
	for _, t := range all {
		out = append(out, t.String())
	}
	return strings.Join(out, " or ")
}

// resultExpressions returns the expressions that e may evaluate to: the branches of
// conditions, or e itself.
func resultExpressions(e ast.Expr) []ast.Expr {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Conditional {
		return append(
			resultExpressions(e.AsCall().Args()[1]), resultExpressions(e.AsCall().Args()[2])...,
		)
	}
	return []ast.Expr{e}
}
