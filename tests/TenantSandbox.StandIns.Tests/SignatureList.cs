using System.Text;

namespace TenantSandbox.StandIns.Tests;

/// <summary>
/// The official signatures of one assembly, as far as they are used here: a block a type, its header first. All abstract members of a
/// listed type are listed, used or not, because a class derived from it must have them.
/// </summary>
internal sealed class SignatureList
{
    private readonly Dictionary<string, (string Header, HashSet<string> Members)> _types = new(StringComparer.Ordinal);

    private SignatureList()
    {
    }

    public IEnumerable<string> Types => _types.Keys;

    public static SignatureList Read(string assembly) =>
        Parse(File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Signatures", $"{assembly}.txt")));

    public static SignatureList Parse(IEnumerable<string> lines)
    {
        var list = new SignatureList();
        HashSet<string>? members = null;
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#'))
        {
            // The tool that made the lists writes a nullable value type as "T??" where it is an out parameter.
            var text = line.Trim().Replace("??", "?", StringComparison.Ordinal);
            if (char.IsWhiteSpace(line[0]))
            {
                members!.Add(text);
                continue;
            }

            var header = InOneOrder(text);
            members = new HashSet<string>(StringComparer.Ordinal);
            list._types.Add(NameIn(header), (header, members));
        }

        return list;
    }

    /// <summary>What of <paramref name="type"/> the list doesn't have: a wrong header, or members that officially aren't there or look different.</summary>
    public IEnumerable<string> NotListed(Type type)
    {
        var header = InOneOrder(SignaturePrinter.Header(type));
        if (!_types.TryGetValue(NameIn(header), out var listed)) return [header];

        var members = SignaturePrinter.Members(type).Where(member => !listed.Members.Contains(member)).Select(member => $"{NameIn(header)}: {member}");
        return listed.Header == header ? members : members.Prepend($"{header} (officially: {listed.Header})");
    }

    /// <summary>What the list has of types that <paramref name="types"/> lack.</summary>
    public IEnumerable<string> NotFound(IEnumerable<Type> types)
    {
        var found = types.ToDictionary(type => NameIn(SignaturePrinter.Header(type)), StringComparer.Ordinal);
        foreach (var (name, listed) in _types)
        {
            if (!found.TryGetValue(name, out var type))
            {
                yield return listed.Header;
                continue;
            }

            var header = InOneOrder(SignaturePrinter.Header(type));
            if (header != listed.Header) yield return $"{listed.Header} (here: {header})";
            foreach (var member in listed.Members.Except(SignaturePrinter.Members(type))) yield return $"{name}: {member}";
        }
    }

    private static string NameIn(string header)
    {
        var name = header.Split(" : ")[0];
        return name[(name.IndexOf('.', StringComparison.Ordinal) is var dot && dot >= 0 ? name.LastIndexOf(' ', dot) + 1 : 0)..];
    }

    /// <summary>Bases and interfaces come in no promised order.</summary>
    private static string InOneOrder(string header)
    {
        if (header.Split(" : ", 2) is not [var type, var bases]) return header;

        var parts = new List<StringBuilder> { new() };
        var depth = 0;
        foreach (var letter in bases)
        {
            depth += letter switch { '<' => 1, '>' => -1, _ => 0 };
            if (letter == ',' && depth == 0) parts.Add(new StringBuilder());
            else parts[^1].Append(letter);
        }

        return $"{type} : {string.Join(", ", parts.Select(part => part.ToString().Trim()).Order(StringComparer.Ordinal))}";
    }
}
