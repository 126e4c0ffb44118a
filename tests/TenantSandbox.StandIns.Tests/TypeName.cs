using System.Reflection;

namespace TenantSandbox.StandIns.Tests;

/// <summary>Type names as the signature lists have them: without namespaces, keywords for the common ones.</summary>
internal static class TypeName
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(double)] = "double",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(void)] = "void",
    };

    public static string Of(ParameterInfo parameter) => Annotated(parameter.ParameterType, Nullability.Create(parameter));

    public static string Of(PropertyInfo property) => Annotated(property.PropertyType, Nullability.Create(property));

    public static string Of(Type type)
    {
        if (type.IsByRef) return Of(type.GetElementType()!);
        if (type.IsArray) return $"{Of(type.GetElementType()!)}[]";
        if (Keywords.TryGetValue(type, out var keyword)) return keyword;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{Of(underlying)}?";

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>"
            : type.Name;
    }

    private static string Annotated(Type type, NullabilityInfo info)
    {
        var name = Of(type);
        var own = type.IsByRef ? type.GetElementType()! : type;
        var isOpen = own.IsGenericParameter;
        var state = info.WriteState is NullabilityState.Unknown ? info.ReadState : info.WriteState;
        return state is NullabilityState.Nullable && !isOpen && !name.EndsWith('?') ? $"{name}?" : name;
    }
}
