using System.Text.Json.Nodes;

namespace TenantSandbox.Cli.Convert;

/// <summary>A workload on its way from a manifest into a request.</summary>
internal sealed class WorkloadDraft(string source, string name, JsonObject podTemplate)
{
    private readonly List<ConversionNote> _notes = [];

    /// <summary>The manifest, as in <c>Deployment/web</c>.</summary>
    public string Source { get; } = source;

    public string Name { get; } = name;

    public int Replicas { get; set; } = 1;

    /// <summary>The client id of its workload identity; null for none.</summary>
    public string? IdentityClientId { get; set; }

    /// <summary>The template in apps/v1 wording; changed in place.</summary>
    public JsonObject PodTemplate { get; } = podTemplate;

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

    /// <summary>The workload of the request.</summary>
    public JsonObject ToWorkload()
    {
        var workload = new JsonObject { ["name"] = Name, ["replicas"] = Replicas };
        if (IdentityClientId is { } clientId)
        {
            workload["identity"] = new JsonObject { ["clientId"] = clientId };
        }

        workload["podTemplate"] = PodTemplate.DeepClone();
        return workload;
    }

    private IEnumerable<JsonObject> ObjectsOf(string property) => (Spec[property] as JsonArray ?? []).OfType<JsonObject>();
}
