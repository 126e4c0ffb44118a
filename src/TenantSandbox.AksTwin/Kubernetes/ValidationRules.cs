namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Checks a field; the value is null if the field is missing.</summary>
internal delegate IEnumerable<FieldError> ValidationRule(JsonNode? value, string path);

/// <summary>Reusable validation rules and their combination.</summary>
internal static class ValidationRules
{
    public static readonly ValidationRule Required = (value, path) =>
        value is null || value.GetString() == "" ? [FieldError.Required(path)] : [];

    public static readonly ValidationRule Port = (value, path) => value.GetInteger() is >= 1 and <= 65535 || value.GetString() is not null
        ? [] : [FieldError.Invalid(path, value ?? 0, "must be between 1 and 65535, inclusive")];

    public static readonly ValidationRule NotNegative = (value, path) =>
        value is not null && PodResources.ParseQuantity(value.ToString()) < 0
        ? [FieldError.Invalid(path, value, "must be greater than or equal to 0")] : [];

    public static readonly ValidationRule Positive = (value, path) =>
        value.GetInteger() is <= 0 ? [FieldError.Invalid(path, value, "must be greater than 0")] : [];

    public static readonly ValidationRule CountOrPercent = (value, path) =>
        value.GetString() is { } text ? NameFormat.Percent.Check(text, path) : NotNegative(value, path);

    public static readonly ValidationRule QualifiedKeys = (value, path) => value.GetStringMap().SelectMany(p => QualifiedName(p.Key, path));

    /// <summary>A map of labels or an equality selector.</summary>
    public static readonly ValidationRule Labels = (value, path) =>
        [.. QualifiedKeys(value, path), .. value.GetStringMap().SelectMany(p => NameFormat.LabelValue.Check(p.Value, path))];

    /// <summary>A list whose items have unique names.</summary>
    public static readonly ValidationRule DistinctNames = (value, path) =>
        from item in value.GetObjects().Select((item, index) => (Name: item.GetString("name"), Index: index))
        where item.Name is not null
        group item by item.Name into sameName
        from later in sameName.Skip(1)
        select FieldError.Duplicate($"{path}[{later.Index}].name", sameName.Key);

    public static ValidationRule Matches(NameFormat format, string whenMissing = "") => (value, path) =>
        value.GetString() is { Length: > 0 } text ? format.Check(text, path) : [FieldError.Required(path, whenMissing)];

    public static ValidationRule InRange(long least, long most) => (value, path) =>
        value.GetInteger() is { } number && (number < least || number > most)
            ? [FieldError.Invalid(path, value, $"must be between {least} and {most}, inclusive")] : [];

    public static ValidationRule Absent(string reason) => (value, path) => value is null ? [] : [FieldError.Forbidden(path, reason)];

    public static ValidationRule OneOf(params string[] supported) => (value, path) =>
        value.GetString() is { Length: > 0 } text && !supported.Contains(text) ? [FieldError.NotSupported(path, text, supported)] : [];

    public static ValidationRule Optional(ValidationRule rule) => (value, path) => value is null ? [] : rule(value, path);

    /// <summary>Combines rules; each applies to the fields that its pattern matches.</summary>
    public static ValidationRule ForFields(params (string Pattern, ValidationRule Rule)[] table)
    {
        var rules = table.Select(r => (Pattern: new FieldPattern(r.Pattern), r.Rule)).ToArray();
        return (value, path) =>
            from rule in rules
            from field in rule.Pattern.Match(value ?? new JsonObject(), path)
            from error in rule.Rule(field.Value, field.Path)
            select error;
    }

    public static IEnumerable<FieldError> QualifiedName(string name, string path)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? [] : NameFormat.Subdomain.Check(name[..slash], path, name, "prefix part ");
        return prefix.Concat(NameFormat.QualifiedNamePart.Check(name[(slash + 1)..], path, name, "name part "));
    }
}
