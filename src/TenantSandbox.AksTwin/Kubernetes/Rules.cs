namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What must be true of a field's value, which is null where the field is missing.</summary>
internal delegate IEnumerable<FieldError> Rule(JsonNode? value, string path);

/// <summary>Rules that many fields share, and the way to put them together.</summary>
internal static class Rules
{
    public static readonly Rule Required = (value, path) => value is null || value.Text() == "" ? [FieldError.Required(path)] : [];

    public static readonly Rule Port = (value, path) => value.Number() is >= 1 and <= 65535 || value.Text() is not null
        ? [] : [FieldError.Invalid(path, value ?? 0, "must be between 1 and 65535, inclusive")];

    public static readonly Rule NotNegative = (value, path) => value is not null && PodResources.Quantity(value.ToString()) < 0
        ? [FieldError.Invalid(path, value, "must be greater than or equal to 0")] : [];

    public static readonly Rule CountOrPercent = (value, path) =>
        value.Text() is { } text ? Format.Percent.Check(text, path) : NotNegative(value, path);

    public static readonly Rule QualifiedKeys = (value, path) => value.Pairs().SelectMany(p => QualifiedName(p.Key, path));

    /// <summary>A map of labels, or a selector of them.</summary>
    public static readonly Rule Labels = (value, path) =>
        [.. QualifiedKeys(value, path), .. value.Pairs().SelectMany(p => Format.LabelValue.Check(p.Value, path))];

    /// <summary>A list whose items have different names.</summary>
    public static readonly Rule DistinctNames = (value, path) =>
        from item in value.Items().Select((item, index) => (Name: item.Text("name"), Index: index))
        where item.Name is not null
        group item by item.Name into alike
        from later in alike.Skip(1)
        select FieldError.Duplicate($"{path}[{later.Index}].name", alike.Key);

    public static Rule Is(Format format, string whenMissing = "") => (value, path) =>
        value.Text() is { Length: > 0 } text ? format.Check(text, path) : [FieldError.Required(path, whenMissing)];

    public static Rule OneOf(params string[] supported) => (value, path) =>
        value.Text() is { Length: > 0 } text && !supported.Contains(text) ? [FieldError.NotSupported(path, text, supported)] : [];

    public static Rule Optional(Rule rule) => (value, path) => value is null ? [] : rule(value, path);

    /// <summary>A table of rules, each for the fields that its pattern meets.</summary>
    public static Rule All(params (string Pattern, Rule Rule)[] table)
    {
        var rules = table.Select(r => (Pattern: new Pattern(r.Pattern), r.Rule)).ToArray();
        return (value, path) =>
            from rule in rules
            from field in rule.Pattern.Meet(value ?? new JsonObject(), path)
            from error in rule.Rule(field.Value, field.Path)
            select error;
    }

    public static IEnumerable<FieldError> QualifiedName(string name, string path)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? [] : Format.Subdomain.Check(name[..slash], path, name, "prefix part ");
        return prefix.Concat(Format.Key.Check(name[(slash + 1)..], path, name, "name part "));
    }
}
