using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Sandbox.Cmdlets.Binding;

/// <summary>
/// Binds times: a TimeSpan, a number of seconds, or text such as <c>90</c>, <c>1.5s</c>, <c>250ms</c>, <c>5m</c>, <c>00:01:30</c>.
/// PowerShell's own conversion would read 30 as ticks and '30' as days.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed partial class TimeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            null => null, // for the parameter's own validation to refuse
            TimeSpan time => time >= TimeSpan.Zero ? time : throw Unfit(value),
            string text => Parse(text),
            sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal =>
                Seconds(Convert.ToDouble(value, CultureInfo.InvariantCulture), value),
            _ => throw Unfit(value),
        };
    }

    private static TimeSpan Parse(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) && time >= TimeSpan.Zero ? time : throw Unfit(text);
        Match match = Form().Match(text);
        if (!match.Success) throw Unfit(text);
        double number = double.Parse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        double factor = match.Groups["unit"].Value.ToUpperInvariant() switch { "MS" => 0.001, "M" => 60, "H" => 3600, "D" => 86400, _ => 1 };
        return Seconds(number * factor, text);
    }

    private static TimeSpan Seconds(double seconds, object given) =>
        seconds >= 0 && seconds <= TimeSpan.MaxValue.TotalSeconds - 1 ? TimeSpan.FromSeconds(seconds) : throw Unfit(given);

    private static ArgumentTransformationMetadataException Unfit(object given) => new(
        string.Create(CultureInfo.InvariantCulture, $"'{given}' is no time. Give a TimeSpan, a number of seconds, or text such as 250ms, 30s, 5m, 00:01:30."));

    [GeneratedRegex(@"^\s*(?<number>[0-9]{1,15}(\.[0-9]{1,9})?)\s*(?<unit>ms|s|m|h|d)?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
