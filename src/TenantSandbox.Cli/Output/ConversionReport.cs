using TenantSandbox.Cli.Convert;

namespace TenantSandbox.Cli.Output;

/// <summary>What a conversion took, changed and left, for people.</summary>
internal static class ConversionReport
{
    public static void Write(Conversion conversion, TextWriter output)
    {
        foreach (var workload in conversion.Workloads)
        {
            output.WriteLine($"{workload.Source}: {TextOf(workload.Verdict)}");
            WriteNotes(workload.Notes, workload.Source, output);
        }

        foreach (var group in conversion.Notes.GroupBy(note => note.Subject, StringComparer.Ordinal))
        {
            output.WriteLine($"{group.Key}:");
            WriteNotes(group, group.Key, output);
        }

        foreach (var fault in conversion.Faults)
        {
            output.WriteLine($"The request can't be sent yet: {fault.Pointer}: {fault.Detail}");
        }

        var counts = conversion.Workloads.CountBy(workload => workload.Verdict).ToDictionary();
        output.WriteLine(string.Join(", ", Enum.GetValues<ConversionVerdict>().Select(verdict => $"{counts.GetValueOrDefault(verdict)} {TextOf(verdict)}")));
    }

    private static void WriteNotes(IEnumerable<ConversionNote> notes, string subject, TextWriter output)
    {
        foreach (var note in notes)
        {
            var prefix = note.Kind == ConversionNoteKind.Changed ? "changed" : "not taken";
            var owner = note.Subject == subject ? "" : $"{note.Subject}: ";
            output.WriteLine($"  {prefix}: {owner}{note.Text}");
        }
    }

    private static string TextOf(ConversionVerdict verdict) => verdict switch
    {
        ConversionVerdict.InFull => "in full",
        ConversionVerdict.InPart => "in part",
        _ => "not at all",
    };
}
