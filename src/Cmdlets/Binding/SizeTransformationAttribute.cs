using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds sizes: a number of bytes, or text such as <c>512MB</c>, <c>1.5 GiB</c>, <c>64k</c>. Units are powers of 1024, as PowerShell's are.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed partial class SizeTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Units = "KMGTP";

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            null => null, // for the parameter's own validation to refuse
            string text => Parse(text),
            sbyte or short or int or long => Whole(Convert.ToInt64(value, CultureInfo.InvariantCulture), value),
            byte or ushort or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            float or double or decimal or ulong => Whole(Convert.ToDecimal(value, CultureInfo.InvariantCulture), value),
            _ => throw Unfit(value),
        };
    }

    private static long Parse(string text)
    {
        Match match = Form().Match(text);
        if (!match.Success) throw Unfit(text);
        var number = decimal.Parse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        string unit = match.Groups["unit"].Value.ToUpperInvariant();
        long factor = unit.Length == 0 ? 1 : 1L << (10 * (Units.IndexOf(unit[0], StringComparison.Ordinal) + 1));
        return Whole(number > long.MaxValue / factor ? decimal.MaxValue : number * factor, text);
    }

    private static long Whole(decimal number, object given) =>
        number is >= 0 and <= long.MaxValue && number == decimal.Truncate(number) ? (long)number : throw Unfit(given);

    private static ArgumentTransformationMetadataException Unfit(object given) => new(
        string.Create(CultureInfo.InvariantCulture, $"'{given}' is no size. Give a whole number of bytes, not negative, or a number with a unit: 512MB, 1.5GB, 64KB."));

    [GeneratedRegex(@"^\s*(?<number>[0-9]{1,19}(\.[0-9]{1,6})?)\s*((?<unit>[kmgtp])(i?b)?|b)?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
