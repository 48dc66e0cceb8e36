namespace Sandbox.Hardening;

/// <summary>One of <c>+ - * /</c>; the column is the operator's.</summary>
internal sealed record LimitOperation(int Column, char Operator, LimitNode Left, LimitNode Right) : LimitNode(Column)
{
    // '-' and '/' are bounded loosely: the bounds only have to be sound, they decide whether a limit is shown to be tighter.
    public override ulong Lower => Operator switch
    {
        '+' => Saturate(Left.Lower, Right.Lower),
        '*' => Saturate(Left.Lower, Right.Lower),
        _ => 0,
    };

    public override ulong Upper => Operator switch
    {
        '+' or '*' => Saturate(Left.Upper, Right.Upper),
        _ => Left.Upper,
    };

    public override ulong Evaluate(LimitVariables variables)
    {
        ulong left = Left.Evaluate(variables), right = Right.Evaluate(variables);
        if (left == LimitExpression.Unlimited || right == LimitExpression.Unlimited)
            throw LimitExpressionError.Of("RANGE", variables.Text, Column, $"'unlimited' can't be used with '{Operator}'");
        try
        {
            return Operator switch
            {
                '+' => checked(left + right),
                '-' => checked(left - right),
                '*' => checked(left * right),
                _ => left / right,
            };
        }
        catch (DivideByZeroException)
        {
            throw LimitExpressionError.Of("RANGE", variables.Text, Column, "division by zero");
        }
        catch (OverflowException)
        {
            throw LimitExpressionError.Of("RANGE", variables.Text, Column,
                Operator == '-' ? $"{left} - {right} is negative" : $"{left} {Operator} {right} is more than 64 bits hold");
        }
    }

    public override bool SameAs(LimitNode other) =>
        other is LimitOperation o && o.Operator == Operator && Left.SameAs(o.Left) && Right.SameAs(o.Right);

    private ulong Saturate(ulong a, ulong b)
    {
        UInt128 value = Operator == '+' ? (UInt128)a + b : (UInt128)a * b;
        return value > LimitExpression.Unlimited ? LimitExpression.Unlimited : (ulong)value;
    }
}
