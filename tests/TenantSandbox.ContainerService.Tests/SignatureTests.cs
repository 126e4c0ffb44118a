using System.Reflection;
using Azure.ResourceManager.ContainerService;

namespace TenantSandbox.ContainerService.Tests;

/// <summary>
/// Every public member of the client is one of the official 1.5.0 package's: same kind, parameters, defaults. The lines in
/// OfficialSignatures.txt follow the public API listing in Azure/azure-sdk-for-net, with namespaces left out.
/// </summary>
public sealed class SignatureTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<Type> PublicTypes => [.. typeof(ContainerServiceExtensions).Assembly.GetExportedTypes().OrderBy(t => t.Name)];

    [Theory]
    [MemberData(nameof(PublicTypes))]
    public void PublicType_EveryMember_IsInTheOfficialListing(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var official = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "OfficialSignatures.txt")).ToHashSet();

        var unknown = Lines(type).Where(l => !official.Contains(l)).ToList();

        Assert.True(unknown.Count == 0, string.Join('\n', unknown));
    }

    private static IEnumerable<string> Lines(Type type)
    {
        yield return $"{Kind(type)} {type.Name} : {Name(type.BaseType!)}";
        foreach (var constructor in type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(c => c.IsPublic || c.IsFamily))
        {
            yield return $"{type.Name}.ctor {(constructor.IsPublic ? "public" : "protected")}({Parameters(constructor)})";
        }

        foreach (var field in type.GetFields(Declared))
        {
            yield return $"{type.Name}.{field.Name} static readonly {Name(field.FieldType)}";
        }

        foreach (var property in type.GetProperties(Declared))
        {
            yield return $"{type.Name}.{property.Name} {Modifiers(property.GetMethod!)}{Name(property.PropertyType)} {{ get;{(property.SetMethod is { IsPublic: true } ? " set;" : "")} }}";
        }

        foreach (var method in type.GetMethods(Declared).Where(m => !m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)))
        {
            yield return $"{type.Name}.{method.Name} {Modifiers(method)}{Name(method.ReturnType)} ({Parameters(method)})";
        }
    }

    private static string Kind(Type type) => type.IsValueType ? "struct" : type is { IsAbstract: true, IsSealed: true } ? "static class" : "class";

    private static string Modifiers(MethodInfo method) =>
        method.IsStatic ? "static " : method.GetBaseDefinition() != method ? "override " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = default" : "")}"));

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
