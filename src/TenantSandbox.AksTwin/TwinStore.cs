using System.Text;
using System.Text.Json;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Keeps key-value state beyond the process: an append-only journal of JSON lines, rewritten when it has grown much longer than
/// what lives. A change is with the operating system when <see cref="Put"/> returns, so <c>kill -9</c> loses nothing (power
/// loss may lose the last moments; a twin may). A torn last line is dropped on load.
/// </summary>
internal sealed class TwinStore : IDisposable
{
    private const int CompactAfter = 20_000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, byte[]> _live = new(StringComparer.Ordinal);
    private readonly string? _path;
    private FileStream? _journal;
    private int _lines;

    /// <param name="directory">Where the journal lies; null for memory only.</param>
    public TwinStore(string? directory)
    {
        if (directory is null)
            return;
        Directory.CreateDirectory(directory);
        _path = Path.Combine(directory, "twin.jsonl");
        if (File.Exists(_path))
            Read(_path);
        Compact();
    }

    /// <summary>Whether state outlives the process; callers may spare the work of serializing when it doesn't.</summary>
    public bool IsDurable => _path is not null;

    /// <summary>Everything under a prefix, in key order.</summary>
    public IReadOnlyList<KeyValuePair<string, byte[]>> Load(string prefix)
    {
        lock (_gate)
            return [.. _live.Where(e => e.Key.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <param name="key">Any text without a line break.</param>
    /// <param name="json">One JSON value in UTF-8 without line breaks, as System.Text.Json writes it.</param>
    public void Put(string key, byte[] json)
    {
        if (!IsDurable)
            return;
        lock (_gate)
        {
            _live[key] = json;
            Append(key, json);
        }
    }

    public void Remove(string key)
    {
        if (!IsDurable)
            return;
        lock (_gate)
        {
            if (_live.Remove(key))
                Append(key, null);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _journal?.Dispose();
            _journal = null;
        }
    }

    private void Append(string key, byte[]? json)
    {
        if (_journal is null)
            return;
        _journal.Write(Line(key, json));
        _journal.Flush();
        if (++_lines > CompactAfter && _lines > 4 * _live.Count)
            Compact();
    }

    private void Read(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                using var entry = JsonDocument.Parse(line);
                var key = entry.RootElement.GetProperty("k").GetString()!;
                if (entry.RootElement.TryGetProperty("v", out var value))
                    _live[key] = Encoding.UTF8.GetBytes(value.GetRawText());
                else
                    _live.Remove(key);
            }
            catch (JsonException)
            {
                break;
            }
        }
    }

    private void Compact()
    {
        _journal?.Dispose();
        var next = _path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16))
        {
            foreach (var (key, json) in _live)
                file.Write(Line(key, json));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path!, overwrite: true);
        _lines = _live.Count;
        _journal = new FileStream(_path!, FileMode.Append, FileAccess.Write, FileShare.Read, 1 << 16);
    }

    private static byte[] Line(string key, byte[]? json)
    {
        var head = Encoding.UTF8.GetBytes(json is null ? $$"""{"k":{{JsonSerializer.Serialize(key)}}""" : $$"""{"k":{{JsonSerializer.Serialize(key)}},"v":""");
        return json is null ? [.. head, (byte)'}', (byte)'\n'] : [.. head, .. json, (byte)'}', (byte)'\n'];
    }
}
