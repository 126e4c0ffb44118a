using System.Reflection;
using System.Runtime.CompilerServices;

namespace TenantSandbox.StandIns.Tests;

/// <summary>
/// Prints a type as the signature lists have it: a header, and a line for each member that others can see. Nullability is that of a
/// parameter's or property's own type; that of results and of type arguments isn't in the lists. What every record or object has
/// (Equals, GetHashCode, ToString, PrintMembers, copying) isn't either.
/// </summary>
internal static class SignaturePrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] OfEveryObject = ["Equals", "GetHashCode", "ToString", "PrintMembers", "<Clone>$"];

    public static string Header(Type type)
    {
        var bases = new[] { type.BaseType }
            .Where(parent => parent is not null && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
            .Concat(type.GetInterfaces().Where(one => one.IsVisible))
            .Select(parent => TypeName.Of(parent!))
            .Order(StringComparer.Ordinal)
            .ToArray();
        return $"{Kind(type)} {type.Namespace}.{TypeName.Of(type)}{(bases.Length == 0 ? "" : " : " + string.Join(", ", bases))}";
    }

    public static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum) return [string.Join(", ", Enum.GetValues(type).Cast<object>().Select(value => $"{value}={(int)value}"))];
        if (IsDelegate(type)) return [Delegate(type.GetMethod("Invoke")!)];

        return [
            .. type.GetCustomAttributesData().Where(data => data.AttributeType == typeof(AttributeUsageAttribute)).Select(data => data.ToString()),
            .. type.GetConstructors(Declared).Where(IsSeen).Where(ctor => !ctor.IsStatic).Select(Constructor),
            .. type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsSeen)).Select(Property),
            .. type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(Field),
            .. type.GetMethods(Declared).Where(IsSeen).Where(IsListed).Select(Method)];
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum) return "enum";
        if (type.IsInterface) return "interface";
        if (type.IsValueType) return "struct";
        if (IsDelegate(type)) return "delegate";

        var modifier = type switch
        {
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsSealed: true } => "sealed ",
            _ => "",
        };
        return modifier + (type.GetMethod("<Clone>$") is null ? "class" : "record");
    }

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsListed(MethodInfo method) =>
        !OfEveryObject.Contains(method.Name) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static string Delegate(MethodInfo invoke) => $"{TypeName.Of(invoke.ReturnType)} Invoke({Parameters(invoke)})";

    private static string Constructor(ConstructorInfo ctor) => $"{Access(ctor)} ctor({Parameters(ctor)})";

    private static string Field(FieldInfo field) =>
        $"{(field.IsPublic ? "public" : "protected")} {(field.IsStatic ? "static " : "")}{TypeName.Of(field.FieldType)} {field.Name}";

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(TypeName.Of))}>" : "";
        return $"{Access(method)} {Modifier(method)}{TypeName.Of(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsSeen).ToArray();
        var widest = accessors.FirstOrDefault(accessor => accessor.IsPublic) ?? accessors[0];
        var list = accessors.OrderBy(accessor => accessor.Name, StringComparer.Ordinal).Select(accessor =>
            $"{(accessor.IsPublic || accessor.ReturnType != typeof(void) ? "" : "protected ")}{AccessorWord(accessor)};");
        return $"{Access(widest)} {Modifier(widest)}{TypeName.Of(property)} {property.Name} {{ {string.Join(' ', list)} }}";
    }

    private static string AccessorWord(MethodInfo accessor) =>
        accessor.Name.StartsWith("get_", StringComparison.Ordinal) ? "get"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifier(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface) return "";
        if (method.IsStatic) return "static ";
        if (method.IsAbstract) return "abstract ";
        if (method.GetBaseDefinition() != method) return "override ";
        return method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";
    }

    private static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(ExtensionAttribute), inherit: false);
        return string.Join(", ", method.GetParameters().Select((parameter, index) => (isExtension && index == 0 ? "this " : "") + Parameter(parameter)));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsOut ? "out " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        return $"{prefix}{TypeName.Of(parameter)} {parameter.Name}{Default(parameter)}";
    }

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : " = " + parameter.DefaultValue switch
    {
        null => "default",
        bool value => value ? "true" : "false",
        string value => $"\"{value}\"",
        IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        var value => value.ToString(),
    };
}
