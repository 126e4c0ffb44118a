using TenantSandbox.AksTwin.Cel;

namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>
/// Compiles the expressions of a policy, which see <c>object</c>, <c>oldObject</c>, <c>namespaceObject</c>, <c>request</c>, <c>variables</c>
/// and <c>params</c>. Kubernetes' <c>authorizer</c> isn't known.
/// </summary>
internal sealed class PolicyCompiler
{
    private static readonly CelType NamespaceType = TypeOfNamespace();

    private readonly Dictionary<string, CelType> _variables = new(StringComparer.Ordinal);
    private readonly bool _hasParams;

    private PolicyCompiler(bool hasParams) => _hasParams = hasParams;

    /// <summary>What is wrong with each expression that isn't understood.</summary>
    public List<FieldError> Errors { get; } = [];

    /// <param name="errors">Empty if the policy can be evaluated.</param>
    public static CompiledPolicy Compile(JsonObject policy, out IReadOnlyList<FieldError> errors)
    {
        var (spec, compiler) = (policy.GetObject("spec"), new PolicyCompiler(policy.GetObject("spec", "paramKind") is not null));
        var conditions = spec.GetObjects("matchConditions").Select((c, i) =>
            compiler.Compile(c, "expression", $"spec.matchConditions[{i}]", hasVariables: false, CelKind.Bool)).ToArray();
        var programs = new Dictionary<string, CelProgram>(StringComparer.Ordinal);
        foreach (var (variable, i) in spec.GetObjects("variables").Select((v, i) => (v, i)))
        {
            var (name, program) = (variable.GetString("name") ?? "", compiler.Compile(variable, "expression", $"spec.variables[{i}]", true));
            compiler._variables[name] = program.Type;
            programs[name] = program;
        }

        var validations = spec.GetObjects("validations").Select((v, i) => new PolicyValidation(
            compiler.Compile(v, "expression", $"spec.validations[{i}]", true, CelKind.Bool),
            v.GetString("message")?.Trim() ?? "",
            v["messageExpression"] is null ? null : compiler.Compile(v, "messageExpression", $"spec.validations[{i}]", true, CelKind.String),
            v.GetString("reason") ?? "Invalid")).ToArray();
        var annotations = spec.GetObjects("auditAnnotations").Select((a, i) =>
            compiler.Compile(a, "valueExpression", $"spec.auditAnnotations[{i}]", true, CelKind.String, CelKind.Null)).ToArray();
        errors = compiler.Errors;
        return new(policy.GetString("metadata", "name") ?? "", spec, conditions, programs, validations, annotations);
    }

    private CelProgram Compile(JsonObject json, string field, string path, bool hasVariables, params CelKind[] kinds)
    {
        var source = json.GetString(field) ?? "";
        try
        {
            var program = CelCompiler.Compile(source, Declare(hasVariables));
            if (kinds.Length == 0 || kinds.Contains(program.Type.Kind))
            {
                return program;
            }

            var expected = kinds is [var only] ? new CelType(only).ToString() : $"one of [{string.Join(' ', kinds.Select(k => new CelType(k)))}]";
            Errors.Add(FieldError.Invalid($"{path}.{field}", source, $"must evaluate to {expected} but got {program.Type}"));
        }
        catch (CelCompilationException e)
        {
            Errors.Add(FieldError.Invalid($"{path}.{field}", source, $"compilation failed: {e.Message}"));
        }

        return new(source, CelType.Dyn, _ => throw new CelEvaluationException("the expression was not compiled"), 0);
    }

    /// <summary>In the order of <see cref="CompiledPolicy"/>'s roots; what isn't declared has no name.</summary>
    private (string, CelType)[] Declare(bool hasVariables) =>
    [
        ("object", CelType.Dyn), ("oldObject", CelType.Dyn), ("namespaceObject", NamespaceType), ("request", AdmissionRequest.Type),
        (_hasParams ? "params" : "", CelType.Dyn),
        (hasVariables && _variables.Count > 0 ? "variables" : "", CelType.Object(new Dictionary<string, CelType>(_variables))),
    ];

    private static CelType TypeOfNamespace()
    {
        var strings = CelType.List(CelType.String);
        var map = CelType.Map(CelType.String, CelType.String);
        var metadata = CelType.Object(
            ("name", CelType.String), ("generateName", CelType.String), ("namespace", CelType.String), ("labels", map), ("annotations", map),
            ("UID", CelType.String), ("creationTimestamp", CelType.Dyn), ("deletionGracePeriodSeconds", CelType.Int),
            ("deletionTimestamp", CelType.Dyn), ("generation", CelType.Int), ("resourceVersion", CelType.String), ("finalizers", strings));
        return CelType.Object(
            ("metadata", metadata), ("spec", CelType.Object(("finalizers", strings))),
            ("status", CelType.Object(("phase", CelType.String), ("conditions", CelType.List(CelType.Dyn)))));
    }
}
