using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;

namespace TenantSandbox.EventGridExtension.Tests;

/// <summary>
/// Converts as the worker does: the attribute's converters are asked in order, each only for the types that it names. Nothing here
/// knows the converters' types, so the same tests run on the official package.
/// </summary>
internal static class Conversion
{
    public static async Task<ConversionResult> ConvertAsync(Type targetType, object? source)
    {
        var context = new Context(targetType, source);
        foreach (var converter in Converters().Where(c => TargetTypes(c).Contains(targetType)))
        {
            var result = await ((IInputConverter)Activator.CreateInstance(converter, nonPublic: true)!).ConvertAsync(context);
            if (result.Status != ConversionStatus.Unhandled)
            {
                return result;
            }
        }

        return ConversionResult.Unhandled();
    }

    public static IEnumerable<Type> Converters() =>
        typeof(EventGridTriggerAttribute).GetCustomAttributes<InputConverterAttribute>().Select(a => a.ConverterType);

    public static IEnumerable<Type> TargetTypes(Type converter) =>
        converter.GetCustomAttributes<SupportedTargetTypeAttribute>().Select(a => a.TargetType);

    private sealed class Context(Type targetType, object? source) : ConverterContext
    {
        public override Type TargetType => targetType;

        public override object? Source => source;

        public override FunctionContext FunctionContext => throw new NotSupportedException("A conversion depends on type and source only.");

        public override IReadOnlyDictionary<string, object> Properties { get; } = new Dictionary<string, object>();
    }
}
