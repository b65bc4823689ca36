#pragma once
// What an arm64 processor has beyond what all of them have.

enum { CK_NEON_DOT_PRODUCTS = 1, CK_NEON_BF16 = 2 };

/// The sum of those that this processor has. They are asked of the system once.
int ck_neon_features(void);
