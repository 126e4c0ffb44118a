using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Http.Access;

namespace TenantSandbox.Infrastructure.Tests.Settings;

/// <summary>The settings that the app reads, from its option classes, and those that its triggers name.</summary>
internal static partial class KnownSettings
{
    private static readonly IReadOnlyDictionary<string, Type> Sections = new Dictionary<string, Type>
    {
        [TenantSandboxOptions.Section] = typeof(TenantSandboxOptions),
        [HttpOptions.Section] = typeof(HttpOptions),
        [LogOptions.Section] = typeof(LogOptions),
        [MaintenanceOptions.Section] = typeof(MaintenanceOptions),
        [ReportOptions.Section] = typeof(ReportOptions),
        [RequestDoorOptions.Section] = typeof(RequestDoorOptions),
        [SpecOptions.Section] = typeof(SpecOptions),
    };

    /// <summary>The settings, with colons, that the Functions host reads for the schedules of timers.</summary>
    public static IReadOnlyList<string> Schedules { get; } =
    [
        .. typeof(ServiceCollectionExtensions).Assembly.GetTypes().SelectMany(t => t.GetMethods())
            .SelectMany(m => m.GetParameters()).Select(p => p.GetCustomAttribute<TimerTriggerAttribute>()?.Schedule).OfType<string>()
            .Select(s => s.Trim('%')).Order(StringComparer.Ordinal),
    ];

    /// <summary>Whether anything reads a setting.</summary>
    /// <param name="setting">The name of an app setting, with two underscores between the levels.</param>
    public static bool Contains(string setting)
    {
        var key = setting.Replace("__", ":", StringComparison.Ordinal);
        return Schedules.Contains(key)
            || Sections.Any(s => key.StartsWith($"{s.Key}:", StringComparison.Ordinal) && HasProperty(s.Value, key[(s.Key.Length + 1)..].Split(':')));
    }

    private static bool HasProperty(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return !type.IsGenericType || Nullable.GetUnderlyingType(type) is not null;
        }

        if (typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType)
        {
            var element = type.GetGenericArguments()[^1];
            return (type.GetGenericTypeDefinition() == typeof(IDictionary<,>) || Index().IsMatch(path[0])) && HasProperty(element, path[1..]);
        }

        return type.GetProperty(path[0], BindingFlags.Public | BindingFlags.Instance) is { } property
            && (property.CanWrite || property.PropertyType.IsGenericType)
            && HasProperty(property.PropertyType, path[1..]);
    }

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Index();
}
