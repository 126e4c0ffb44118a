using System.Text.Json.Nodes;

namespace TenantSandbox.Cli.Convert;

/// <summary>A workload on its way from a manifest into a request.</summary>
internal sealed class WorkloadDraft(string source, string name, JsonObject podTemplate)
{
    private readonly List<ConversionNote> _notes = [];

    /// <summary>The manifest, as in <c>Deployment/web</c>.</summary>
    public string Source { get; } = source;

    public string Name { get; } = name;

    /// <summary>What the workload has beside its name and template.</summary>
    public JsonObject Settings { get; } = [];

    /// <summary>The Service that names the pods of a StatefulSet; null for other kinds.</summary>
    public string? ServiceName { get; set; }

    /// <summary>The client id of its workload identity; null for none.</summary>
    public string? IdentityClientId { get; set; }

    /// <summary>The template in apps/v1 wording; changed in place.</summary>
    public JsonObject PodTemplate { get; } = podTemplate;

    /// <summary>Services, policies and host names, as properties of the request's workload.</summary>
    public JsonObject Network { get; } = [];

    public IReadOnlyList<ConversionNote> Notes => _notes;

    /// <summary>True if the request can't have the workload at all.</summary>
    public bool IsDropped { get; private set; }

    public ConversionVerdict Verdict =>
        IsDropped ? ConversionVerdict.NotAtAll
        : _notes.Any(note => note.Kind == ConversionNoteKind.NotTaken) ? ConversionVerdict.InPart
        : ConversionVerdict.InFull;

    public JsonObject Spec => PodTemplate["spec"]!.AsObject();

    public IEnumerable<JsonObject> Volumes => ObjectsOf("volumes");

    public IEnumerable<JsonObject> Containers => ObjectsOf("containers");

    public IEnumerable<JsonObject> AllContainers => ObjectsOf("initContainers").Concat(Containers);

    public void NoteChanged(string text, string? subject = null) => _notes.Add(new(subject ?? Source, ConversionNoteKind.Changed, text));

    public void NoteNotTaken(string text, string? subject = null) => _notes.Add(new(subject ?? Source, ConversionNoteKind.NotTaken, text));

    public void Drop(string reason)
    {
        NoteNotTaken(reason);
        IsDropped = true;
    }

    /// <summary>Takes out a volume with its mounts.</summary>
    public void RemoveVolume(JsonObject volume)
    {
        var name = volume["name"]?.GetValue<string>();
        (Spec["volumes"] as JsonArray)?.Remove(volume);
        foreach (var container in AllContainers)
        {
            (container["volumeMounts"] as JsonArray)?.RemoveAll(mount => mount?["name"]?.GetValue<string>() == name);
        }
    }

    /// <summary>The workload of the request.</summary>
    public JsonObject ToWorkload()
    {
        var workload = new JsonObject { ["name"] = Name };
        foreach (var (property, value) in Settings.Concat(Network))
        {
            workload[property] = value?.DeepClone();
        }

        if (IdentityClientId is { } clientId)
        {
            workload["identity"] = new JsonObject { ["clientId"] = clientId };
        }

        workload["podTemplate"] = PodTemplate.DeepClone();
        return workload;
    }

    /// <summary>Sets a property beside name and template; an empty object is the same as none.</summary>
    public void Set(string property, JsonNode value)
    {
        if (value is not JsonObject { Count: 0 })
        {
            Settings[property] = value;
        }
    }

    /// <summary>Leaves out a field of an object beside the template; false if it isn't there.</summary>
    public bool Remove(string property, string field)
    {
        if (Settings[property] is not JsonObject settings || !settings.Remove(field))
        {
            return false;
        }

        if (settings.Count == 0)
        {
            Settings.Remove(property);
        }

        return true;
    }

    /// <summary>Whether a selector of labels selects its pods.</summary>
    public bool IsSelectedBy(IDictionary<string, string>? selector)
    {
        var labels = PodTemplate["metadata"]?["labels"] as JsonObject;
        return selector is { Count: > 0 } && selector.All(pair => labels?[pair.Key]?.GetValue<string>() == pair.Value);
    }

    private IEnumerable<JsonObject> ObjectsOf(string property) => (Spec[property] as JsonArray ?? []).OfType<JsonObject>();
}
