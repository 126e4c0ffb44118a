using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace TenantSandbox.Local.Hosting.Http;

/// <summary>Turns a part of the path into the type of its parameter.</summary>
internal static class RouteValue
{
    /// <exception cref="RouteValueException">The text isn't of that type.</exception>
    public static object? Convert(ParameterInfo parameter, object? value)
    {
        if (value is null) return parameter.HasDefaultValue ? parameter.DefaultValue : null;

        var text = System.Convert.ToString(value, CultureInfo.InvariantCulture)!;
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(string)) return text;
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException)
        {
            throw new RouteValueException($"'{text}' in the path isn't a valid {parameter.Name} ({type.Name}).", exception);
        }
    }
}
