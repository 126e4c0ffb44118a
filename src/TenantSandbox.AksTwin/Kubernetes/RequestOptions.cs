namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates the options in the query of a request (apimachinery, <c>meta/v1/validation</c> and <c>internalversion/validation</c>).</summary>
internal static class RequestOptions
{
    private const string NotOlderThan = "NotOlderThan";
    private const int MaxManagerBytes = 128;

    /// <exception cref="StatusException">422: an option has an unknown value, or doesn't go with the others.</exception>
    public static void Check(ApiRequest call)
    {
        var (kind, errors) = call.Verb switch
        {
            "create" => ("CreateOptions", CheckWrite(call)),
            "update" => ("UpdateOptions", CheckWrite(call)),
            "patch" => ("PatchOptions", CheckPatch(call).Concat(CheckWrite(call))),
            "delete" => ("DeleteOptions", CheckDryRun(call.GetQueryValues("dryRun"))),
            "list" => ("ListOptions", CheckList(call)),
            "watch" => ("ListOptions", CheckWatch(call)),
            _ => ("", []),
        };
        if (errors.ToArray() is { Length: > 0 } found)
        {
            throw StatusException.BadOptions(kind, found);
        }
    }

    /// <summary>Checks the options in the body of a DELETE.</summary>
    /// <exception cref="StatusException">422.</exception>
    public static void CheckDelete(string propagationPolicy, IEnumerable<string> dryRun)
    {
        FieldError[] errors =
        [
            .. propagationPolicy is "" or "Background" or "Foreground" or "Orphan" ? (FieldError[])[]
                : [FieldError.NotSupported("propagationPolicy", propagationPolicy, "Foreground", "Background", "Orphan", "nil")],
            .. CheckDryRun([.. dryRun]),
        ];
        if (errors.Length > 0)
        {
            throw StatusException.BadOptions("DeleteOptions", errors);
        }
    }

    private static IEnumerable<FieldError> CheckPatch(ApiRequest call) =>
        call.IsApply
            ? call.GetQuery("fieldManager").Length > 0 ? [] : [FieldError.Required("fieldManager", "is required for apply patch")]
            : call.GetQuery("force").Length == 0 ? [] : [FieldError.Forbidden("force", "may not be specified for non-apply patch")];

    private static IEnumerable<FieldError> CheckWrite(ApiRequest call) =>
    [
        .. CheckManager(call.GetQuery("fieldManager")),
        .. CheckDryRun(call.GetQueryValues("dryRun")),
        .. call.GetQuery("fieldValidation") is "" or "Ignore" or "Warn" or "Strict" ? (FieldError[])[]
            : [FieldError.NotSupported("fieldValidation", call.GetQuery("fieldValidation"), "", "Ignore", "Strict", "Warn")],
    ];

    private static IEnumerable<FieldError> CheckManager(string manager)
    {
        if (Encoding.UTF8.GetByteCount(manager) > MaxManagerBytes)
        {
            yield return FieldError.TooLong("fieldManager", MaxManagerBytes);
        }

        var position = 0;
        foreach (var rune in manager.EnumerateRunes())
        {
            if (rune.Value != ' ' && (Rune.IsControl(rune) || Rune.IsWhiteSpace(rune)))
            {
                yield return FieldError.Invalid("fieldManager", manager, $"invalid character U+{rune.Value:X4} (at position {position})");
            }

            position += rune.Utf8SequenceLength;
        }
    }

    private static IEnumerable<FieldError> CheckDryRun(string[] values) => values.All(v => v == "All") ? []
        : [FieldError.NotSupported("dryRun", new JsonArray([.. values.Select(v => JsonValue.Create(v))]), "All")];

    private static IEnumerable<FieldError> CheckList(ApiRequest call)
    {
        const string Field = "resourceVersionMatch";
        var (match, version) = (call.GetQuery(Field), call.GetQuery("resourceVersion"));
        if (match.Length > 0 && version.Length == 0)
        {
            yield return FieldError.Forbidden(Field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }

        foreach (var error in match.Length > 0 ? CheckContinue(call) : [])
        {
            yield return error;
        }

        if (match is not ("" or "Exact" or NotOlderThan))
        {
            yield return FieldError.NotSupported(Field, match, "Exact", NotOlderThan, "");
        }

        if (match == "Exact" && version == "0")
        {
            yield return FieldError.Forbidden(Field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }

        if (call.GetQuery("sendInitialEvents").Length > 0)
        {
            yield return FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        }
    }

    private static IEnumerable<FieldError> CheckWatch(ApiRequest call)
    {
        const string Field = "resourceVersionMatch";
        var (match, wantsInitial) = (call.GetQuery(Field), call.GetQuery("sendInitialEvents").Length > 0);
        if (wantsInitial && match != NotOlderThan)
        {
            yield return FieldError.Forbidden(Field, $"sendInitialEvents requires setting resourceVersionMatch to {NotOlderThan}");
        }

        if (match.Length == 0)
        {
            yield break;
        }

        if (!wantsInitial)
        {
            yield return FieldError.Forbidden(Field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }

        if (match != NotOlderThan)
        {
            yield return FieldError.NotSupported(Field, match, NotOlderThan);
        }

        foreach (var error in CheckContinue(call))
        {
            yield return error;
        }
    }

    private static IEnumerable<FieldError> CheckContinue(ApiRequest call) => call.GetQuery("continue").Length == 0 ? []
        : [FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")];
}
